@testable import OTLPExport

extension FuzzTarget {
    /// The head of a response, line by line as libcurl gives it: no delay is negative.
    static let httpResponse = FuzzTarget("http-response") { bytes in
        let response = IncomingResponse(limit: 64)
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let isTaken = unsafe Array(line + [UInt8(ascii: "\n")]).withUnsafeBytes { unsafe response.appendHead($0) }
            guard isTaken == line.count + 1 else { break }
        }
        let now = 1_700_000_000
        guard let value = response.retryAfter, let wait = RetryAfter.wait(value, date: response.date, now: now)
        else { return }
        try expect(wait > .zero, "\(value) is \(wait)")
        let delay = RetryPolicy().delay(afterAttempt: 1, retryAfter: wait, random: 0.5)
        try expect(delay <= .seconds(2 * 3600), "a receiver makes us wait for \(delay)")
    }
}
