internal import CLibcurl

/// The header `Retry-After` (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// The delay that `value` asks for; nil if it asks for none, or is malformed.
    ///
    /// libcurl's own parser takes a number that does not fit into 64 bits for none, and `30abc` for 30.
    ///
    /// - Parameters:
    ///   - value: A number of seconds, or a date.
    ///   - date: The receiver's clock at the time of the response. With it, a date is correct even if this machine's
    ///     clock is not.
    ///   - now: The time here, in seconds since 1970.
    /// - Returns: More than zero.
    static func wait(_ value: String, date: String?, now: Int) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // A number that does not fit is longer than anybody waits.
            let seconds = Int64(value) ?? .max
            return seconds > 0 ? .seconds(seconds) : nil
        }
        guard let end = moment(value) else { return nil }
        let (seconds, overflow) = end.subtractingReportingOverflow(date.flatMap(moment) ?? now)
        return seconds > 0 && !overflow ? .seconds(seconds) : nil
    }

    /// Seconds since 1970 of an HTTP date in any of its three forms, all of which begin with the day of the week.
    static func moment(_ text: String) -> Int? {
        guard text.first?.isLetter == true else { return nil }
        let seconds = unsafe curl_getdate(text, nil)
        return seconds < 0 ? nil : seconds
    }
}
