internal import Metrics

/// The series of `system.network.connection.count` from one collection to the next.
struct ConnectionCountSeries {
    /// The rows that are there at every collection, zeros included: an absent series would read as a gap.
    private static let base: [ConnectionCounts.Key] = NetworkType.allCases.flatMap { type in
        ConnectionState.counted.map { ConnectionCounts.Key($0, type) }
    }

    private let start: Timestamp
    private var series: StockSeries<ConnectionCounts.Key>
    private var attributes: [ConnectionCounts.Key: Attributes]

    /// Creates series that began at `start`, at most `limit` of them.
    init(start: Timestamp, limit: Int) {
        self.start = start
        series = StockSeries(limit: limit)
        attributes = Dictionary(uniqueKeysWithValues: Self.base.map { ($0, $0.attributes) })
    }

    /// The metric of `counts`.
    mutating func metric(_ counts: ConnectionCounts, time: Timestamp) -> Metric {
        // The base rows come first, so that the limit never takes them.
        let base = Self.base.map { (key: $0, value: counts.rows[$0] ?? 0) }
        let split = counts.rows.filter { !$0.key.isBase }.map { (key: $0.key, value: $0.value) }
        let overflow = counts.overflow.values.reduce(0, &+)
        var points: [NumberDataPoint] = []
        for series in series.observe(base + split, overflow: overflow) {
            let attributes = if let key = series.key { attributes(of: key) } else { Attributes.overflow }
            let value = Number(count: series.value)
            points.append(NumberDataPoint(attributes: attributes, start: start, time: time, value: value))
        }
        return Metric(.connectionCount, .sum(points, .cumulative, isMonotonic: false))
    }

    private mutating func attributes(of key: ConnectionCounts.Key) -> Attributes {
        if let known = attributes[key] { return known }
        // Ports come and go; those that are here now are enough to keep.
        if attributes.count > 4 * CardinalityLimit<Int>.standard {
            attributes = Dictionary(uniqueKeysWithValues: Self.base.map { ($0, $0.attributes) })
        }
        let made = key.attributes
        attributes[key] = made
        return made
    }
}

extension ConnectionCounts.Key {
    /// Whether it names no port.
    var isBase: Bool { localPort == nil && peerPort == nil }

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
