internal import Metrics

/// How many connections there are, by state and protocol.
package struct ConnectionCounts: Hashable, Sendable, Codable {
    /// The properties that the connections of a count share.
    package struct Key: Hashable, Sendable {
        /// Their state.
        package var state: ConnectionState
        /// The protocol of their packets.
        package var type: NetworkType

        /// Creates a key.
        package init(_ state: ConnectionState, _ type: NetworkType) {
            self.state = state
            self.type = type
        }

        fileprivate var index: Int { type.index * ConnectionState.allCases.count + state.index }
    }

    /// By type, then by state.
    private var counts = [UInt64](repeating: 0, count: NetworkType.allCases.count * ConnectionState.allCases.count)

    /// Creates counts of zero.
    package init() {}

    /// Adds connections.
    package mutating func add(_ count: UInt64, to key: Key) {
        counts[key.index].add(count)
    }

    /// Adds other connections.
    package mutating func add(_ other: ConnectionCounts) {
        for index in counts.indices { counts[index].add(other.counts[index]) }
    }

    /// The number of connections in `state` over `type`.
    package subscript(state: ConnectionState, type: NetworkType) -> UInt64 {
        counts[Key(state, type).index]
    }

    /// The number of connections in `state`.
    package subscript(state: ConnectionState) -> UInt64 {
        NetworkType.allCases.reduce(0) { $0 &+ self[state, $1] }
    }

    /// The number of connections over `type`.
    package subscript(type: NetworkType) -> UInt64 {
        ConnectionState.allCases.reduce(0) { $0 &+ self[$1, type] }
    }

    /// The number of all connections.
    package var total: UInt64 {
        counts.reduce(0, &+)
    }
}
