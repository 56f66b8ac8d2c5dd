internal import Glibc

/// The clock of BPF programs (`CLOCK_MONOTONIC` of the machine), compared with the clocks of this process.
package struct KernelClock: Sendable {
    /// How far `CLOCK_MONOTONIC` of this process is ahead of the clock of programs, in nanoseconds.
    ///
    /// They differ in a time namespace (`time_namespaces(7)`).
    let offset: Int64

    /// A smaller difference, in nanoseconds, only shows that the clocks were not read at the same moment.
    private static let tolerance: Int64 = 1_000_000
    private static let attempts = 5

    /// Compares the clock of this process with that of programs.
    ///
    /// - Parameter read: Returns the time by the clock of programs, in nanoseconds.
    /// - Throws: What `read` throws.
    package init(comparedWith read: () throws(BPFError) -> UInt64) throws(BPFError) {
        // Each attempt reads our clock before and after the other one. The attempt that took the least time is used.
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

    /// The time of the zero of the programs' clock, in nanoseconds since 1970 by the current wall clock.
    ///
    /// It changes when the wall clock is set or corrected, and when the machine was suspended. So do not keep it.
    package func zeroSinceEpoch() -> Int64 {
        // Of a few attempts the fastest one is used, because the thread may be interrupted between the calls.
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
