internal import Glibc

/// A moment in HTTP's format, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
struct HTTPDate: CustomStringConvertible {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since 1970; never negative, because a clock before 1970 was not set.
    private let seconds: Int

    /// Creates a moment from seconds since 1970.
    init(seconds: Int) {
        self.seconds = max(0, seconds)
    }

    /// The current time of the wall clock.
    static var now: HTTPDate { HTTPDate(seconds: time(nil)) }

    /// The text, which always has the same length until the year 10000.
    ///
    /// Its names are English in every locale, so strftime() can't make it.
    var description: String {
        var (time, parts) = (time_t(seconds), unsafe tm())
        // It fails only for years beyond 32 bits, and then the parts are zeros: a day in 1900.
        _ = unsafe gmtime_r(&time, &parts)
        let (weekday, month) = unsafe (Int(parts.tm_wday), Int(parts.tm_mon))
        let (day, year) = unsafe (Self.twoDigits(parts.tm_mday), 1900 + Int(parts.tm_year))
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map(Self.twoDigits).joined(separator: ":")
        return "\(Self.weekdays[weekday % 7]), \(day) \(Self.months[month % 12]) \(year) \(clock) GMT"
    }

    private static func twoDigits(_ number: CInt) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
