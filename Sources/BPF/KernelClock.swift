internal import Glibc

/// The clock of BPF programs (`CLOCK_MONOTONIC` of the machine), beside that of the wall.
package struct KernelClock: Sendable {
    /// By how much the clock of this process is ahead of that of programs, in nanoseconds: in a time namespace
    /// (`time_namespaces(7)`) a process has another clock than the machine.
    let offset: Int64

    /// Where the clocks are less apart, they are the same and were read one after the other.
    private static let tolerance: Int64 = 1_000_000
    private static let attempts = 5

    /// Compares the clock of this process with that of programs.
    ///
    /// - Parameter read: Gives the time by the clock of programs.
    /// - Throws: What `read` throws.
    package init(comparedWith read: () throws(BPFError) -> UInt64) throws(BPFError) {
        // The narrowest of a few pairs of readings around the other clock's.
        var best = (gap: Int64.max, offset: Int64(0))
        for _ in 0..<Self.attempts {
            let before = Self.now(CLOCK_MONOTONIC)
            let other = Int64(truncatingIfNeeded: try read())
            let after = Self.now(CLOCK_MONOTONIC)
            if after &- before < best.gap {
                best = (after &- before, before &+ (after &- before) / 2 &- other)
            }
        }
        offset = best.offset.magnitude < UInt64(Self.tolerance) ? 0 : best.offset
    }

    /// How many nanoseconds since 1970 the zero of the programs' clock was, by the wall clock as it stands now.
    ///
    /// It changes when the wall clock is set or corrected, and when the machine was suspended; so it is asked for
    /// often.
    package func zeroSinceEpoch() -> Int64 {
        // The narrowest of a few pairs of readings around one of the wall clock, as the thread may be interrupted.
        var best = (gap: Int64.max, zero: Int64(0))
        for _ in 0..<3 {
            let before = Self.now(CLOCK_MONOTONIC)
            let wall = Self.now(CLOCK_REALTIME)
            let after = Self.now(CLOCK_MONOTONIC)
            if after - before < best.gap {
                best = (after - before, wall - before - (after - before) / 2)
            }
        }
        return best.zero &+ offset
    }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Both clocks exist on every Linux.
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
