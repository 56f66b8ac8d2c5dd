internal import Metrics

/// The series of `tcplens.listener.drops`, from one collection to the next.
struct ListenerDrops {
    private var series: CumulativeSeries<ListenerQueues.Key, UInt64>

    /// Creates series that began at `start`, at most `limit` of them.
    init(start: Timestamp, limit: Int) {
        series = CumulativeSeries(limit: limit, start: start)
    }

    /// The metric of what listeners have dropped, each port for itself.
    mutating func metric(_ counts: [ListenerQueues.Key: UInt64], time: Timestamp) -> Metric {
        let rows = counts.filter { $0.key.port != nil }.map { (key: $0.key, value: $0.value) }
        let overflow = counts.filter { $0.key.port == nil }.values.reduce(0, &+)
        series.observe(rows, overflow: overflow, at: time)
        let points = series.series.map { series in
            NumberDataPoint(
                attributes: series.key?.attributes ?? .overflow,
                start: series.start,
                time: time,
                value: Number(count: series.value)
            )
        }
        return Metric(.listenerDrops, .sum(points, .cumulative, isMonotonic: true))
    }
}
