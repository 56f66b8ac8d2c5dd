internal import Glibc

/// The clock of BPF programs (`CLOCK_MONOTONIC`), beside that of the wall.
public enum KernelClock {
    /// How many nanoseconds since 1970 the monotonic clock's zero was, by the wall clock as it stands now.
    ///
    /// It changes when the wall clock is set or corrected, and when the machine was suspended; so it is asked for often.
    public static func zeroSinceEpoch() -> Int64 {
        // The narrowest of a few pairs of readings around one of the wall clock, as the thread may be interrupted between.
        var best = (gap: Int64.max, zero: Int64(0))
        for _ in 0..<3 {
            let before = now(CLOCK_MONOTONIC)
            let wall = now(CLOCK_REALTIME)
            let after = now(CLOCK_MONOTONIC)
            if after - before < best.gap {
                best = (after - before, wall - before - (after - before) / 2)
            }
        }
        return best.zero
    }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Both clocks exist on every Linux.
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
