internal import Catalogue
internal import Metrics
internal import Readings

/// The series of `system.network.connection.count` from one collection to the next.
struct ConnectionCountSeries: Sendable, Codable {
    /// The properties that the connections of a series share.
    fileprivate struct Key: SeriesKey, Codable {
        var state: ConnectionState
        var type: NetworkType
        var localPort: UInt16 = 0
        var peerPort: UInt16 = 0
    }

    /// The rows without a port.
    ///
    /// Those that exist do so at every collection, even if zero: an absent series would look like a gap.
    private static let base: [Key] = NetworkType.allCases.flatMap { type in
        ConnectionState.counted.map { Key(state: $0, type: type) }
    }

    private var series: StockSeries<Key>
    /// Whether all base rows exist, or only those that have had a connection.
    private let hasAllStates: Bool
    /// The base rows that exist, unless all do.
    private var seen: Set<Key> = []
    private var index = SeriesIndex<Key>()

    // Attributes are not saved, because they follow from the keys.
    private enum CodingKeys: CodingKey {
        case series, hasAllStates, seen
    }

    /// Creates an empty value for at most `limit` series.
    ///
    /// - Parameters:
    ///   - limit: The most series.
    ///   - hasAllStates: Whether there is a series for each state from the beginning. Otherwise there is one from the
    ///     first connection in that state on: twenty zeros for each of a hundred containers help nobody.
    init(limit: Int, hasAllStates: Bool = true) {
        series = StockSeries(limit: limit)
        self.hasAllStates = hasAllStates
    }

    /// The points of `rows`.
    mutating func points(of rows: [ConnectionRow], start: Timestamp, time: Timestamp) -> [NumberDataPoint] {
        var counts = ConnectionCounts()
        var split: [(key: Key, value: UInt64)] = []
        var overflow: UInt64 = 0
        for row in rows {
            if row.isOverflow {
                overflow.add(row.count)
            } else if row.localPort == 0, row.peerPort == 0 {
                counts.add(row.count, to: .init(row.state, row.type))
            } else {
                split.append((Key(row), row.count))
            }
        }
        if !hasAllStates {
            for key in Self.base where counts[key.state, key.type] > 0 { seen.insert(key) }
        }
        // The base rows come first, so that the limit never affects them.
        let base = Self.base.filter { hasAllStates || seen.contains($0) }
            .map { (key: $0, value: counts[$0.state, $0.type]) }
        // The order of series is always the same, so it is cheap to detect that one was added or removed.
        let series = series.observe(base + split, overflow: overflow)
            .map { (order: $0.key?.order ?? .max, series: $0) }.sorted { $0.order < $1.order }
        return zip(series, index.attributes(of: series.lazy.map(\.series.key))).map { series, attributes in
            let value = Number(count: series.series.value)
            return NumberDataPoint(attributes: attributes, start: start, time: time, value: value)
        }
    }
}

extension ConnectionCountSeries.Key {
    fileprivate init(_ row: ConnectionRow) {
        self.init(state: row.state, type: row.type, localPort: row.localPort, peerPort: row.peerPort)
    }

    /// The position of the row: rows without a port come first, then by type, state and port.
    fileprivate var order: UInt64 {
        let isBase = localPort == 0 && peerPort == 0
        let ports = UInt64(localPort) << 16 | UInt64(peerPort)
        return (isBase ? 0 : 1) << 48 | UInt64(type.rawValue) << 40 | UInt64(state.rawValue) << 32 | ports
    }

    /// The attributes of the row.
    fileprivate var attributes: Attributes {
        var attributes: Attributes = [
            AttributeKey.state: .string(state.attributeValue),
            AttributeKey.transport: "tcp",
            AttributeKey.type: .string(type.attributeValue),
        ]
        attributes[AttributeKey.localPort] = localPort > 0 ? .int(Int64(localPort)) : nil
        attributes[AttributeKey.peerPort] = peerPort > 0 ? .int(Int64(peerPort)) : nil
        return attributes
    }
}
