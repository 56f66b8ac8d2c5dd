package import Metrics
package import Readings

/// How points are made from a reading.
package enum Source: Sendable {
    /// From ``Activity/connections``.
    case connections
    /// From ``Activity/listeners``: this number of each row.
    case listeners(@Sendable (ListenerRow) -> UInt64)
    /// From ``Activity/listenerDrops``.
    case listenerDrops
    /// From ``Activity/responseTimes``.
    case responseTimes
    /// From a table of ``Activity/stocks``.
    case stock(Stock, [TableSeries])
    /// From a table of ``Activity/counters``.
    case counter(Counter, [TableSeries])
    /// From rows of ``Activity/durations``; each has a point once something was counted.
    case durations(Durations, [TableSeries])
    /// From ``Activity/namespaceCounters``: what was counted since the epoch began.
    case namespace([NamespaceSeries])
    /// From ``Upkeep/programs``: this number of each program.
    case programs(@Sendable (ProgramCost) -> UInt64)
    /// From ``Upkeep/losses``, with the gaps divided among their reasons.
    case losses
    /// From the comparison of stocks and flows.
    case drift

    /// Whether it is about a network namespace or the machine as a whole, and so never about one workload.
    package var isOfNamespace: Bool {
        switch self {
        case .namespace: true
        case .stock(let id, _): [.timeWaitLimit, .ephemeralPorts, .memory, .memoryLimit].contains(id)
        case .connections, .listeners, .listenerDrops, .responseTimes, .counter, .durations, .programs, .losses,
            .drift:
            false
        }
    }

    /// A table of stocks, and when each of its series has a point.
    static func stock(_ id: Stock, _ presence: (_ coordinates: [Int]) -> TableSeries.Presence = { _ in .always })
        -> Self
    {
        .stock(id, TableSeries.list(id, presence))
    }

    /// A table of counters, and when each of its series has a point.
    static func counter(_ id: Counter, _ presence: (_ coordinates: [Int]) -> TableSeries.Presence = { _ in .always })
        -> Self
    {
        .counter(id, TableSeries.list(id, presence))
    }

    /// Distributions.
    static func durations(_ id: Durations, _ states: [ConnectionState] = []) -> Self {
        .durations(
            id,
            TableSeries.list(id) { coordinates in
                states.isEmpty || states.contains(ConnectionState.allCases[coordinates[0]]) ? .onceCounted : .never
            }
        )
    }

    /// The attributes of each series, if the catalogue enumerates them.
    var attributes: [Attributes] {
        switch self {
        case .stock(_, let series), .counter(_, let series), .durations(_, let series): series.map(\.attributes)
        case .namespace(let series): series.map(\.attributes)
        case .connections, .listeners, .listenerDrops, .responseTimes, .programs, .losses, .drift: []
        }
    }
}

/// A series that is a row of a table.
package struct TableSeries: Sendable {
    /// When the series has a point.
    package enum Presence: Sendable {
        /// At each collection, even if zero. A counter that appears with its first event would have no rate for that
        /// event.
        case always
        /// From the first event on.
        case onceCounted
        /// Never, because it can't occur.
        case never
    }

    /// The row.
    package let row: Int
    /// The attributes of the series; made once and shared by all its points.
    package let attributes: Attributes
    /// Whether it has a point only when the number is not zero.
    package let isRare: Bool

    static func list(_ id: some TableID, _ presence: (_ coordinates: [Int]) -> Presence) -> [TableSeries] {
        (0..<id.rowCount).compactMap { row in
            let coordinates = id.coordinates(of: row)
            let presence = presence(coordinates)
            guard presence != .never else { return nil }
            var attributes: Attributes = [:]
            for (dimension, index) in zip(id.dimensions, coordinates) {
                attributes[dimension.attributeKey] = dimension.values[index].attribute.map { .string($0) }
            }
            return TableSeries(row: row, attributes: attributes, isRare: presence == .onceCounted)
        }
    }
}

/// A series that is the sum of counters of the network namespace.
package struct NamespaceSeries: Sendable {
    /// The attributes of the series.
    package let attributes: Attributes
    /// The counters.
    package let counters: [NamespaceCounter]

    init(_ attributes: Attributes, _ counter: NamespaceCounter) {
        self.init(attributes: attributes, counters: [counter])
    }

    /// Series that differ in the value of `key`.
    static func list(_ key: String, _ series: KeyValuePairs<String, [NamespaceCounter]>) -> [NamespaceSeries] {
        series.map { NamespaceSeries(attributes: [key: .string($0)], counters: $1) }
    }

    private init(attributes: Attributes, counters: [NamespaceCounter]) {
        self.attributes = attributes
        self.counters = counters
    }
}
