internal import Metrics

/// One series of a metric, and where its count stands in a per-CPU array.
struct CounterSeries {
    /// What tells it from the others; made once, kept for each collection.
    let attributes: Attributes
    /// The rows that add up to its count.
    let rows: [Int]

    init(_ attributes: Attributes, rows: [UInt32]) {
        self.attributes = attributes
        self.rows = rows.map(Int.init)
    }

    /// The count in `counters`; rows that are not there count as zero.
    func count(in counters: [UInt64]) -> UInt64 {
        rows.reduce(0) { $0 &+ (counters.indices.contains($1) ? counters[$1] : 0) }
    }
}

extension [CounterSeries] {
    /// A point for each series, zeros included: a counter that appears with its first event has no rate for it.
    func points(of counters: [UInt64], start: Timestamp, time: Timestamp) -> [NumberDataPoint] {
        map { series in
            let value = Number(count: series.count(in: counters))
            return NumberDataPoint(attributes: series.attributes, start: start, time: time, value: value)
        }
    }
}
