import Testing

@testable import OTLPExport

@Suite struct RetryAfterTests {
    private let now = 1_000_000_000  // Sun, 09 Sep 2001 01:46:40 GMT

    @Test(arguments: [
        ("1", 1), ("120", 120), ("007", 7), ("9223372036854775807", Int64.max), ("9223372036854775808", .max),
        ("99999999999999999999999999", .max),
    ])
    func `a number is one of seconds and never overflows (conformance 60)`(value: String, seconds: Int64) {
        #expect(RetryAfter.wait(value, date: nil, now: now) == .seconds(seconds))
    }

    @Test(arguments: [
        "Sun, 09 Sep 2001 01:47:10 GMT", "Sunday, 09-Sep-01 01:47:10 GMT", "Sun Sep  9 01:47:10 2001",
    ])
    func `a date in any of its three forms is a moment (conformance 60)`(value: String) {
        #expect(RetryAfter.wait(value, date: nil, now: now) == .seconds(30))
    }

    @Test func `a date counts by the receiver's clock where it shows it`() {
        let value = "Sun, 09 Sep 2001 01:47:10 GMT"
        let date = "Sun, 09 Sep 2001 01:47:00 GMT"
        #expect(RetryAfter.wait(value, date: date, now: now + 86_400) == .seconds(10))
        #expect(RetryAfter.wait(value, date: "yesterday", now: now) == .seconds(30))
    }

    @Test(arguments: [
        "", "0", "-1", "+1", "1.5", "1e3", "30abc", "30 s", "soon", "١٢", "Sun, 09 Sep 2001 01:46:40 GMT",
        "Sun, 09 Sep 2001 01:46:39 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Sun, 99 Sep 2001", "2001-09-09T01:47:10Z",
    ])
    func `what is malformed, negative or past asks for nothing (conformance 60)`(value: String) {
        #expect(RetryAfter.wait(value, date: nil, now: now) == nil)
    }
}
