internal import Metrics

/// The times of points: those of the wall clock, but each later than the one before, whatever is done to that clock.
///
/// A point must not be older than its start, nor than the point before it (OpenTelemetry specification,
/// `metrics/data-model.md`, "Resets and Gaps").
struct PointClock {
    /// Smaller steps are what keeping a clock right takes.
    private static let tolerance: Duration = .seconds(1)

    private var last: Timestamp
    /// Whether points are ahead of the wall clock by more than the tolerance.
    private var isAhead = false
    private var warnings: [String] = []

    /// A clock whose points are all later than `start`.
    init(start: Timestamp) {
        last = start
    }

    /// The time of the points that are collected when the wall clock says `now`.
    mutating func time(at now: Timestamp) -> Timestamp {
        let step = Duration.nanoseconds(Int64(clamping: last.unixNanoseconds) - Int64(clamping: now.unixNanoseconds))
        if step > Self.tolerance, !isAhead {
            warnings.append(
                """
                the clock was set back by \(step.text): for so long points are dated a nanosecond apart, because none may \
                be older than the one before, and receivers may take them for one; a restart dates them right at once
                """
            )
        }
        isAhead = step > Self.tolerance
        last = max(now, last.next)
        return last
    }

    /// What the user should know since this was asked last.
    mutating func takeWarnings() -> [String] {
        defer { warnings = [] }
        return warnings
    }
}
