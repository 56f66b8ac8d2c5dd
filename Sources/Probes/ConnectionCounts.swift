internal import Metrics

/// How many connections there are, by state and type.
public struct ConnectionCounts: Hashable, Sendable {
    private var sockets = [UInt64](repeating: 0, count: 16 * NetworkType.allCases.count)

    /// Creates counts of zero.
    public init() {}

    /// The number of connections in `state` over `type`.
    public subscript(state: ConnectionState, type: NetworkType) -> UInt64 {
        get { sockets[Self.index(state, type)] }
        set { sockets[Self.index(state, type)] = newValue }
    }

    /// The number of connections in `state`.
    public subscript(state: ConnectionState) -> UInt64 {
        NetworkType.allCases.reduce(0) { $0 &+ self[state, $1] }
    }

    /// The number of connections over `type`.
    public subscript(type: NetworkType) -> UInt64 {
        ConnectionState.allCases.reduce(0) { $0 &+ self[$1, type] }
    }

    /// The number of all connections.
    public var total: UInt64 {
        sockets.reduce(0, &+)
    }

    private static func index(_ state: ConnectionState, _ type: NetworkType) -> Int {
        Int(type.rawValue) * 16 + Int(state.rawValue)
    }
}

extension ConnectionCounts {
    /// `system.network.connection.count`: a point for every state and type, zeros included.
    ///
    /// An absent series would read as a gap, so a state without connections is a point of zero.
    func metric(start: Timestamp, time: Timestamp) -> Metric {
        let points = Self.series.map { series in
            NumberDataPoint(
                attributes: series.attributes,
                start: start,
                time: time,
                value: Number(count: self[series.state, series.type])
            )
        }
        return Metric(.connectionCount, .sum(points, .cumulative, isMonotonic: false))
    }

    /// Every series with its attributes, made once.
    private static let series = NetworkType.allCases.flatMap { type in
        ConnectionState.counted.map { state in
            let attributes: Attributes = [
                AttributeKey.state: .string(state.attributeValue),
                AttributeKey.transport: "tcp",
                AttributeKey.type: .string(type.attributeValue),
            ]
            return (state: state, type: type, attributes: attributes)
        }
    }
}
