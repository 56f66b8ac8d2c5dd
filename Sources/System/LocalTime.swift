internal import Glibc

/// The time of day in the machine's own time zone, for people.
package struct LocalTime: Hashable, Sendable {
    /// From 0 to 23.
    package var hour: Int
    /// From 0 to 59.
    package var minute: Int
    /// From 0 to 60.
    package var second: Int

    /// The time of day at a moment, in seconds since 1970 in UTC.
    package init(secondsSinceEpoch seconds: Int) {
        var time = time_t(seconds)
        var parts = unsafe tm()
        // It can only fail for a year beyond 32 bits; then all parts are zero.
        _ = unsafe localtime_r(&time, &parts)
        (hour, minute, second) = unsafe (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
    }
}
