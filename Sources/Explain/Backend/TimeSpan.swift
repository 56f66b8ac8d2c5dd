/// Which time is explained, and what it is compared with, in whole seconds.
package struct TimeSpan: Hashable, Sendable {
    /// The end, in seconds since 1970; nil for the present time of the backend.
    package var end: Double?
    /// The length of the time to explain.
    package var length: Int
    /// The length of the baseline, which is just before it.
    package var baseline: Int

    /// Creates a span.
    package init(end: Double? = nil, length: Int, baseline: Int) {
        (self.end, self.length, self.baseline) = (end, length, baseline)
    }
}

/// Ranges and steps of queries that fit the interval of collections.
struct QueryTimes: Hashable, Sendable {
    /// The range of rates, in seconds.
    let range: Int
    /// The step of subqueries over a range: an interval of collection.
    let step: Int
    /// The step of the subquery over the baseline.
    let baselineStep: Int

    /// A range has five intervals, so that four collections are in it even if one is late or missing, and a minute or
    /// a quarter of the span if that is more: a burst of a second is no state.
    init(interval: Double, _ span: TimeSpan) {
        step = max(1, Int(interval.rounded(.up)))
        range = min(max(5 * step, min(60, span.length / 4)), span.length)
        // As much as thirty values say about what is usual.
        baselineStep = max(step, span.baseline / 30)
    }

    /// For how many seconds a condition must have held: as long as for an alert, or for a quarter of the span.
    ///
    /// So a deployment or a burst is over before it is a finding.
    func hold(_ patience: Int, _ span: TimeSpan) -> Int { max(1, min(patience, span.length / 4)) }
}
