package import Metrics

/// How many connections are alike in what is known of them.
package struct ConnectionRow: Hashable, Sendable {
    /// The workload.
    package var workload: WorkloadIndex
    /// Their state.
    package var state: ConnectionState
    /// The protocol of their packets.
    package var type: NetworkType
    /// Whether the row takes connections for whose ports the kernel's map had no room.
    package var isOverflow: Bool
    /// The port of the service that they come to here; 0 if they are not split by it or have none.
    package var localPort: UInt16
    /// The port of the service that they go to; 0 if they are not split by it or have none.
    package var peerPort: UInt16
    /// How many there are.
    package var count: UInt64

    /// Creates a row.
    package init(
        _ state: ConnectionState,
        _ type: NetworkType,
        localPort: UInt16 = 0,
        peerPort: UInt16 = 0,
        isOverflow: Bool = false,
        workload: WorkloadIndex = .host,
        count: UInt64
    ) {
        self.workload = workload
        self.state = state
        self.type = type
        self.isOverflow = isOverflow
        self.localPort = localPort
        self.peerPort = peerPort
        self.count = count
    }
}

/// The queues of the listeners of one port and type, added up.
package struct ListenerRow: Hashable, Sendable {
    /// The workload.
    package var workload: WorkloadIndex
    /// The port; nil on the row of the listeners for which the kernel's map had no room.
    package var port: UInt16?
    /// The protocol.
    package var type: NetworkType
    /// Connections that wait for `accept()`.
    package var acceptUsage: UInt64
    /// How many may wait; one more than this is let in.
    package var acceptLimit: UInt64
    /// Listeners that can take no more.
    package var acceptFull: UInt64
    /// Connections whose handshake is not finished.
    package var synUsage: UInt64
    /// How many of them there may be.
    package var synLimit: UInt64

    /// Creates a row.
    package init(
        port: UInt16?,
        type: NetworkType,
        acceptUsage: UInt64,
        acceptLimit: UInt64,
        acceptFull: UInt64 = 0,
        synUsage: UInt64,
        synLimit: UInt64 = 0,
        workload: WorkloadIndex = .host
    ) {
        self.workload = workload
        self.port = port
        self.type = type
        self.acceptUsage = acceptUsage
        self.acceptLimit = acceptLimit
        self.acceptFull = acceptFull
        self.synUsage = synUsage
        self.synLimit = synLimit
    }
}

/// What was counted for one port.
///
/// A port that nobody listens on any more has no row: its counter is gone.
package struct PortRow<Value: Accumulating>: Sendable {
    /// The workload.
    package var workload: WorkloadIndex
    /// The port; nil on the row of the ports for which the kernel's map had no room.
    package var port: UInt16?
    /// The protocol; nil where both count together.
    package var type: NetworkType?
    /// What was counted since the row is there.
    package var value: Value

    /// Creates a row.
    package init(port: UInt16?, type: NetworkType? = nil, value: Value, workload: WorkloadIndex = .host) {
        self.workload = workload
        self.port = port
        self.type = type
        self.value = value
    }
}

/// A distribution of durations; one in which nothing was counted has no row.
package struct DurationRow: Sendable {
    /// The workload.
    package var workload: WorkloadIndex
    /// What lasted so long.
    package var id: Durations
    /// Its place in the table of `id`.
    package var row: Int
    /// What was counted; its sum is modulo 2^64 nanoseconds.
    package var value: Distribution

    /// Creates a row.
    package init(_ id: Durations, row: Int, value: Distribution, workload: WorkloadIndex = .host) {
        self.workload = workload
        self.id = id
        self.row = row
        self.value = value
    }
}
