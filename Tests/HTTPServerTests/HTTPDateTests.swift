import Foundation
import Testing

@testable import HTTPServer

@Suite struct HTTPDateTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-1, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `a moment has its one form`(seconds: Int, text: String) {
        #expect(HTTPDate(seconds: seconds).description == text)
    }

    @Test func `every day of four centuries is the one that Foundation says`() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        // Not a divisor of a day, so that the time differs as well.
        for seconds in stride(from: 0, to: 400 * 31_556_952, by: 86_399) {
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            guard HTTPDate(seconds: seconds).description == expected else {
                Issue.record("\(HTTPDate(seconds: seconds)) is not \(expected)")
                return
            }
        }
    }
}
