internal import Glibc

/// The kernel's monotonic clock (`CLOCK_MONOTONIC`), whose times other processes can compare.
package enum MonotonicTime {
    /// The microseconds since some moment before this process.
    package static var microseconds: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
