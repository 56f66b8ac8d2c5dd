/// Identifies a table, and defines the dimensions of its rows.
///
/// The last dimension varies fastest.
package protocol TableID: CaseIterable, Hashable, Sendable {
    /// The dimensions; empty for a single row.
    var dimensions: [Dimension] { get }
}

extension TableID {
    /// How many rows a table has.
    package var rowCount: Int { dimensions.reduce(1) { $0 * $1.count } }

    /// The row with these values, one for each dimension in order.
    package func row(_ values: any Coordinate...) -> Int { row(of: values) }

    /// The row with these values, one for each dimension in order.
    ///
    /// Values that are missing at the end are the first of their dimension.
    package func row(of values: [any Coordinate]) -> Int {
        dimensions.indices.reduce(0) { row, place in
            row * dimensions[place].count + (place < values.count ? values[place].index : 0)
        }
    }

    /// The index of a row in each dimension.
    package func coordinates(of row: Int) -> [Int] {
        var (rest, coordinates) = (row, [Int]())
        for dimension in dimensions.reversed() {
            coordinates.append(rest % dimension.count)
            rest /= dimension.count
        }
        return coordinates.reversed()
    }
}

/// Tables of numbers, for each workload those that are known.
package struct Tables<ID: TableID>: Hashable, Sendable {
    private var tables: [ID: [WorkloadIndex: [UInt64]]] = [:]

    /// Creates no tables.
    package init() {}

    /// The table of a workload; nil if unknown.
    ///
    /// When a shorter table is set, the missing rows become zeros.
    package subscript(id: ID, workload: WorkloadIndex) -> [UInt64]? {
        get { tables[id]?[workload] }
        set {
            guard var values = newValue else {
                tables[id]?[workload] = nil
                if tables[id]?.isEmpty == true { tables[id] = nil }
                return
            }
            values.append(contentsOf: repeatElement(0, count: max(id.rowCount - values.count, 0)))
            tables[id, default: [:]][workload] = values
        }
    }

    /// The tables of all workloads for which this one is known.
    package subscript(id: ID) -> [WorkloadIndex: [UInt64]] { tables[id] ?? [:] }
}

/// A stock: what exists now.
package enum Stock: TableID {
    /// Bytes that wait in connections: to be acknowledged by the peer (transmit), or to be read here (receive).
    case queuedBytes
    /// Connections that a zero window stops: the peer's (transmit), or ours (receive).
    case stalled
    /// For each state, the longest time in nanoseconds that a connection has been in it.
    case oldest
    /// Connections that found no slot.
    case unfollowed
    /// The limit of sockets in TIME_WAIT.
    case timeWaitLimit
    /// The number of ports for outgoing connections.
    case ephemeralPorts
    /// Bytes that the queues of all TCP sockets of the machine use.
    case memory
    /// The limit of those bytes.
    case memoryLimit

    /// The dimensions of its rows.
    package var dimensions: [Dimension] {
        switch self {
        case .queuedBytes, .stalled: [.direction]
        case .oldest: [.state]
        case .unfollowed, .timeWaitLimit, .ephemeralPorts, .memory, .memoryLimit: []
        }
    }
}

/// A flow that the agent's programs count.
package enum Counter: TableID {
    /// Changes of state.
    case transitions
    /// Handshakes that ended.
    case handshakes
    /// Bytes of data.
    case bytes
    /// Retransmitted segments.
    case retransmits
    /// Resets.
    case resets

    /// The dimensions of its rows.
    package var dimensions: [Dimension] {
        switch self {
        case .transitions: [.type, .previousState, .state]
        case .handshakes: [.role, .type, .outcome]
        case .bytes: [.direction, .role]
        case .retransmits: [.retransmitType, .type]
        case .resets: [.direction, .type]
        }
    }
}

/// A duration that is measured.
package enum Durations: String, TableID, Codable {
    /// From the SYN to ESTABLISHED, of handshakes that succeeded.
    case handshakes
    /// From ESTABLISHED to the end.
    case connections
    /// In a state, until the socket leaves it. Those of SYN_RECV include request sockets.
    case states
    /// The kernel's smoothed round-trip time.
    case roundTrips

    /// The dimensions of its rows.
    package var dimensions: [Dimension] {
        switch self {
        case .handshakes, .connections: [.role, .type]
        case .states: [.state]
        case .roundTrips: [.type]
        }
    }
}
