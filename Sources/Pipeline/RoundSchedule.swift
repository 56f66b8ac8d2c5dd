/// When rounds of collecting and exporting begin, and how long each may take; a value without a clock.
///
/// Rounds have a grid: moments that are one interval apart. Without a ``place`` it begins with the first round. With
/// one it is a fixed part of each interval of the wall clock, so that agents that start together do not export
/// together, and an agent that starts again goes on where it was.
package struct RoundSchedule: Equatable, Sendable {
    /// The longest time for which the place of an agent delays its first round.
    private static let longestFirstDelay = Duration.seconds(6)

    /// The time from the start of one round to the start of the next.
    package var interval: Duration
    /// The longest that a round may take; nil means no limit.
    package var timeout: Duration?
    /// Where in each interval rounds are due, from 0 up to, but not including, 1; nil if that does not matter.
    package var place: Double?

    /// Creates a schedule.
    package init(interval: Duration, timeout: Duration? = nil, place: Double? = nil) {
        (self.interval, self.timeout, self.place) = (interval, timeout, place)
    }

    /// When the first round is due, if it is wanted at `now`.
    ///
    /// That is soon, because people wait for it: within a tenth of the interval, in which the first rounds of many
    /// agents are spread as the later ones are over the whole.
    package func first(at now: Duration) -> Duration {
        now + min(interval / 10, Self.longestFirstDelay) * (place ?? 0)
    }

    /// When the round after one that was due at `due` is due, if that one ended at `now`.
    ///
    /// Starts that were missed because a round took longer than an interval are skipped, so that the grid stays: agents
    /// that had to wait for one receiver would otherwise remain together. A start that was missed by less than half an
    /// interval is made up for.
    ///
    /// - Parameters:
    ///   - due: When the last round was due.
    ///   - now: When it ended.
    ///   - epoch: The start of 1970, by the clock of the other two.
    /// - Returns: A moment of the grid, later than `due`.
    package func next(after due: Duration, endedAt now: Duration, epoch: Duration = .zero) -> Duration {
        guard interval > .zero else { return max(due, now) }
        let start = place.map { epoch + interval * $0 } ?? due
        let earliest = max(now - interval / 2, due)
        let next = earliest + (start - earliest).remainder(by: interval)
        return next > due ? next : next + interval
    }
}

extension RoundSchedule {
    /// The place of the agent that receivers know as `identity`: always the same, and unlike that of others.
    package static func place(of identity: String) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in identity.utf8 {
            // FNV-1a.
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        // Its upper bits hardly depend on the last characters, and these are what similar names differ in.
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        hash ^= hash >> 33
        return Double(hash >> 11) / Double(UInt64(1) << 53)
    }
}

extension Duration {
    /// What is left of a division by `divisor`, which is positive: whole nanoseconds, from zero up to `divisor`.
    fileprivate func remainder(by divisor: Duration) -> Duration {
        let rest = count % max(divisor.count, 1)
        return .nanoseconds(Int64(clamping: rest < 0 ? rest + divisor.count : rest))
    }

    /// Its whole nanoseconds.
    private var count: Int128 {
        let (seconds, attoseconds) = components
        return Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
    }
}
