/// When rounds of collecting and exporting begin, and how long each may take; a value without a clock.
package struct RoundSchedule: Equatable, Sendable {
    /// The time from the start of one round to the start of the next.
    package var interval: Duration
    /// The longest that a round may take; nil means no limit.
    package var timeout: Duration?

    /// Creates a schedule.
    package init(interval: Duration, timeout: Duration? = nil) {
        (self.interval, self.timeout) = (interval, timeout)
    }

    /// When the round after one that was due at `due` is due, if that one ended at `now`.
    ///
    /// Starts that were missed because a round took longer than an interval are skipped.
    package func next(after due: Duration, endedAt now: Duration) -> Duration {
        max(due + interval, now)
    }
}
