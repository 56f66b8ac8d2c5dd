internal import Metrics

/// How many connections there are, by state and type, and by port where that was asked for.
package struct ConnectionCounts: Hashable, Sendable {
    /// What the connections of a row have in common.
    package struct Key: Hashable, Sendable {
        /// Their state.
        package var state: ConnectionState
        /// The protocol of their packets.
        package var type: NetworkType
        /// The port of the service that they come to here, if rows are split by it.
        package var localPort: UInt16?
        /// The port of the service that they go to, if rows are split by it.
        package var peerPort: UInt16?

        /// Creates a key.
        package init(_ state: ConnectionState, _ type: NetworkType, localPort: UInt16? = nil, peerPort: UInt16? = nil) {
            self.state = state
            self.type = type
            self.localPort = localPort
            self.peerPort = peerPort
        }
    }

    /// The rows that have connections.
    package private(set) var rows: [Key: UInt64] = [:]

    /// The connections for whose ports the kernel's map had no room.
    package private(set) var overflow: [Key: UInt64] = [:]

    /// Creates counts of zero.
    package init() {}

    /// Adds connections to a row.
    package mutating func add(_ count: UInt64, to key: Key, isOverflow: Bool = false) {
        guard count > 0 else { return }
        if isOverflow {
            overflow[key, default: 0].add(count)
        } else {
            rows[key, default: 0].add(count)
        }
    }

    /// Adds the connections of other rows.
    package mutating func add(_ other: ConnectionCounts) {
        for (key, count) in other.rows { add(count, to: key) }
        for (key, count) in other.overflow { add(count, to: key, isOverflow: true) }
    }

    /// The number of connections in `state` over `type`.
    package subscript(state: ConnectionState, type: NetworkType) -> UInt64 {
        sum { $0.state == state && $0.type == type }
    }

    /// The number of connections in `state`.
    package subscript(state: ConnectionState) -> UInt64 {
        sum { $0.state == state }
    }

    /// The number of connections over `type`.
    package subscript(type: NetworkType) -> UInt64 {
        sum { $0.type == type }
    }

    /// The number of all connections.
    package var total: UInt64 {
        sum { _ in true }
    }

    private func sum(_ isIncluded: (Key) -> Bool) -> UInt64 {
        [rows, overflow].joined().reduce(0) { isIncluded($1.key) ? $0 &+ $1.value : $0 }
    }
}
