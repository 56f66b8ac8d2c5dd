internal import Metrics

/// The series of `system.network.connection.count` from one collection to the next.
struct ConnectionCountSeries {
    /// The rows that are there at every collection, zeros included: an absent series would read as a gap.
    private static let base: [ConnectionCounts.Key] = NetworkType.allCases.flatMap { type in
        ConnectionState.counted.map { ConnectionCounts.Key($0, type) }
    }

    private let start: Timestamp
    private var series: StockSeries<ConnectionCounts.Key>
    private var attributes: [ConnectionCounts.Key: Attributes] = [:]

    /// Creates series that began at `start`, at most `limit` of them.
    init(start: Timestamp, limit: Int) {
        self.start = start
        series = StockSeries(limit: limit)
    }

    /// The metric of `counts`.
    mutating func metric(_ counts: ConnectionCounts, time: Timestamp) -> Metric {
        // The base rows come first, so that the limit never takes them.
        let base = Self.base.map { (key: $0, value: counts.rows[$0] ?? 0) }
        let split = counts.rows.filter { !$0.key.isBase }.map { (key: $0.key, value: $0.value) }
        let overflow = counts.overflow.values.reduce(0, &+)
        // The same series are always in the same order, by which it is told cheaply that none has come or gone.
        let rows = series.observe(base + split, overflow: overflow)
            .map { (order: $0.key?.order ?? .max, series: $0) }.sorted { $0.order < $1.order }
        // Ports come and go: attributes are kept of the rows that are there, and of no others.
        var present: [ConnectionCounts.Key: Attributes] = [:]
        present.reserveCapacity(rows.count)
        var points: [NumberDataPoint] = []
        points.reserveCapacity(rows.count)
        for (_, series) in rows {
            var attributes = Attributes.overflow
            if let key = series.key {
                attributes = self.attributes[key] ?? key.attributes
                present[key] = attributes
            }
            let value = Number(count: series.value)
            points.append(NumberDataPoint(attributes: attributes, start: start, time: time, value: value))
        }
        attributes = present
        return Metric(.connectionCount, .sum(points, .cumulative, isMonotonic: false))
    }
}

extension ConnectionCounts.Key {
    /// Whether it names no port.
    var isBase: Bool { localPort == nil && peerPort == nil }

    /// Where the row stands: those without a port first, then by type, state and port.
    fileprivate var order: UInt64 {
        let ports = UInt64(localPort ?? 0) << 16 | UInt64(peerPort ?? 0)
        return (isBase ? 0 : 1) << 48 | UInt64(type.rawValue) << 40 | UInt64(state.rawValue) << 32 | ports
    }

    /// The attributes of the row.
    fileprivate var attributes: Attributes {
        var attributes: Attributes = [
            AttributeKey.state: .string(state.attributeValue),
            AttributeKey.transport: "tcp",
            AttributeKey.type: .string(type.attributeValue),
        ]
        attributes[AttributeKey.localPort] = localPort.map { .int(Int64($0)) }
        attributes[AttributeKey.peerPort] = peerPort.map { .int(Int64($0)) }
        return attributes
    }
}
