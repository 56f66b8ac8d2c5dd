internal import Glibc

/// A moment in HTTP's format, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
struct HTTPDate: CustomStringConvertible {
    /// Seconds since 1970; never negative, because a clock before 1970 was not set.
    private let seconds: Int

    /// Creates a moment from seconds since 1970.
    init(seconds: Int) {
        self.seconds = max(0, seconds)
    }

    /// The current time of the wall clock.
    static var now: HTTPDate { HTTPDate(seconds: time(nil)) }

    /// The text, which always has the same length until the year 10000.
    var description: String {
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 24 * 3600)
        var (year, month, day) = (1970, 0, days)
        while day >= Self.length(ofYear: year) {
            day -= Self.length(ofYear: year)
            year += 1
        }
        while day >= Self.length(ofMonth: month, in: year) {
            day -= Self.length(ofMonth: month, in: year)
            month += 1
        }
        let time = [second / 3600, second / 60 % 60, second % 60].map(Self.twoDigits).joined(separator: ":")
        // The first of January 1970 was a Thursday.
        return "\(Self.weekdays[days % 7]), \(Self.twoDigits(day + 1)) \(Self.months[month]) \(year) \(time) GMT"
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func length(ofYear year: Int) -> Int {
        isLeap(year) ? 366 : 365
    }

    private static func length(ofMonth month: Int, in year: Int) -> Int {
        lengths[month] + (month == 1 && isLeap(year) ? 1 : 0)
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
