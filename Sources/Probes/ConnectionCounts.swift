internal import Metrics

/// How many connections there are, by state and type, and by port where that was asked for.
public struct ConnectionCounts: Hashable, Sendable {
    /// What the connections of a row have in common.
    public struct Key: Hashable, Sendable {
        /// Their state.
        public var state: ConnectionState
        /// The protocol of their packets.
        public var type: NetworkType
        /// The port of the service that they come to here, if rows are split by it.
        public var localPort: UInt16?
        /// The port of the service that they go to, if rows are split by it.
        public var peerPort: UInt16?

        /// Creates a key.
        public init(_ state: ConnectionState, _ type: NetworkType, localPort: UInt16? = nil, peerPort: UInt16? = nil) {
            self.state = state
            self.type = type
            self.localPort = localPort
            self.peerPort = peerPort
        }
    }

    /// The rows that have connections.
    public private(set) var rows: [Key: UInt64] = [:]

    /// The connections for whose ports the kernel's map had no room.
    public private(set) var overflow: [Key: UInt64] = [:]

    /// Creates counts of zero.
    public init() {}

    /// Adds connections to a row.
    public mutating func add(_ count: UInt64, to key: Key, isOverflow: Bool = false) {
        guard count > 0 else { return }
        if isOverflow {
            overflow[key, default: 0].add(count)
        } else {
            rows[key, default: 0].add(count)
        }
    }

    /// Adds the connections of other rows.
    public mutating func add(_ other: ConnectionCounts) {
        for (key, count) in other.rows { add(count, to: key) }
        for (key, count) in other.overflow { add(count, to: key, isOverflow: true) }
    }

    /// The number of connections in `state` over `type`.
    public subscript(state: ConnectionState, type: NetworkType) -> UInt64 {
        sum { $0.state == state && $0.type == type }
    }

    /// The number of connections in `state`.
    public subscript(state: ConnectionState) -> UInt64 {
        sum { $0.state == state }
    }

    /// The number of connections over `type`.
    public subscript(type: NetworkType) -> UInt64 {
        sum { $0.type == type }
    }

    /// The number of all connections.
    public var total: UInt64 {
        sum { _ in true }
    }

    private func sum(_ isIncluded: (Key) -> Bool) -> UInt64 {
        [rows, overflow].joined().reduce(0) { isIncluded($1.key) ? $0 &+ $1.value : $0 }
    }
}
