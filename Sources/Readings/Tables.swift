/// A kind of table: what its rows are told apart by, the last dimension varying fastest.
package protocol TableID: CaseIterable, Hashable, Sendable {
    /// The dimensions; none for a single row.
    var dimensions: [Dimension] { get }
}

extension TableID {
    /// How many rows a table has.
    package var rowCount: Int { dimensions.reduce(1) { $0 * $1.count } }

    /// The row of these values, one for each dimension in their order.
    package func row(_ values: any Coordinate...) -> Int { row(of: values) }

    /// The row of these values, one for each dimension in their order; those that are missing at the end are the first
    /// of their dimension.
    package func row(of values: [any Coordinate]) -> Int {
        dimensions.indices.reduce(0) { row, place in
            row * dimensions[place].count + (place < values.count ? values[place].index : 0)
        }
    }

    /// The place in each dimension of a row.
    package func coordinates(of row: Int) -> [Int] {
        var (rest, coordinates) = (row, [Int]())
        for dimension in dimensions.reversed() {
            coordinates.append(rest % dimension.count)
            rest /= dimension.count
        }
        return coordinates.reversed()
    }
}

/// Tables of numbers, for each workload those that are known of it.
package struct Tables<ID: TableID>: Hashable, Sendable {
    /// The numbers of one workload.
    package struct Table: Hashable, Sendable {
        /// The workload.
        package var workload: WorkloadIndex
        /// A number for each row.
        package var values: [UInt64]
    }

    private var tables: [ID: [Table]] = [:]

    /// Creates no tables.
    package init() {}

    /// The table of a workload; nil where it is not known.
    ///
    /// Rows that are missing when it is set become zeros.
    package subscript(id: ID, workload: WorkloadIndex) -> [UInt64]? {
        get { tables[id]?.first { $0.workload == workload }?.values }
        set {
            var others = tables[id, default: []].filter { $0.workload != workload }
            if var values = newValue {
                values.append(contentsOf: repeatElement(0, count: max(id.rowCount - values.count, 0)))
                others.append(Table(workload: workload, values: values))
            }
            tables[id] = others.isEmpty ? nil : others
        }
    }
}

/// What there is now.
package enum Stock: TableID {
    /// Bytes that wait in connections: to be acknowledged by the peer (transmit), to be read here (receive).
    case queuedBytes
    /// Connections held up by a window of zero: the peer's (transmit), or ours (receive).
    case stalled
    /// Nanoseconds that the connection which is longest in a state has been there.
    case oldest
    /// Connections that there is no memory for.
    case unfollowed
    /// Connections that may be in TIME_WAIT.
    case timeWaitLimit
    /// Ports to choose from for a connection that is opened here.
    case ephemeralPorts
    /// Bytes that the queues of all TCP sockets of the machine take.
    case memory
    /// Bytes that they may take.
    case memoryLimit

    /// What its rows are told apart by.
    package var dimensions: [Dimension] {
        switch self {
        case .queuedBytes, .stalled: [.direction]
        case .oldest: [.state]
        case .unfollowed, .timeWaitLimit, .ephemeralPorts, .memory, .memoryLimit: []
        }
    }
}

/// What the agent's programs count.
package enum Counter: TableID {
    /// Changes of state.
    case transitions
    /// Handshakes that ended.
    case handshakes
    /// Bytes of data.
    case bytes
    /// Segments that were sent again.
    case retransmits
    /// Resets.
    case resets

    /// What its rows are told apart by.
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

/// What takes time.
package enum Durations: String, TableID, Codable {
    /// From the SYN to ESTABLISHED, of handshakes that succeeded.
    case handshakes
    /// From ESTABLISHED to the end.
    case connections
    /// In a state, until it was left. That of SYN_RECV has request sockets in it.
    case states
    /// The kernel's smoothed round-trip time.
    case roundTrips

    /// What its rows are told apart by.
    package var dimensions: [Dimension] {
        switch self {
        case .handshakes, .connections: [.role, .type]
        case .states: [.state]
        case .roundTrips: [.type]
        }
    }
}
