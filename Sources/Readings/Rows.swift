package import Metrics

/// The number of connections that have the same properties.
package struct ConnectionRow: Hashable, Sendable {
    /// The workload.
    package var workload: WorkloadIndex
    /// Their state.
    package var state: ConnectionState
    /// The protocol of their packets.
    package var type: NetworkType
    /// Whether it is an overflow row, for connections whose ports found no room in the kernel's map.
    package var isOverflow: Bool
    /// The port of a service on this host; 0 if the rows are not split by it or the connections have none.
    package var localPort: UInt16
    /// The port of a service on the peer; 0 if the rows are not split by it or the connections have none.
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

/// The sums of the queues of the listeners of one port and type.
package struct ListenerRow: Hashable, Sendable {
    /// The workload.
    package var workload: WorkloadIndex
    /// The port; nil on the overflow row, for listeners that found no room in the kernel's map.
    package var port: UInt16?
    /// The protocol.
    package var type: NetworkType
    /// Connections that wait for `accept()`.
    package var acceptUsage: UInt64
    /// How many may wait; the kernel lets one more in.
    package var acceptLimit: UInt64
    /// Listeners whose accept queue is full.
    package var acceptFull: UInt64
    /// Connections whose handshake is not finished.
    package var synUsage: UInt64
    /// The limit of those.
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

/// A value that was counted for one port.
///
/// A port without a listener has no row: its counter is removed.
package struct PortRow<Value: Accumulating>: Sendable {
    /// The workload.
    package var workload: WorkloadIndex
    /// The port; nil on the overflow row, for ports that found no room in the kernel's map.
    package var port: UInt16?
    /// The network protocol; nil if both are counted together.
    package var type: NetworkType?
    /// What was counted since the row was added.
    package var value: Value

    /// Creates a row.
    package init(port: UInt16?, type: NetworkType? = nil, value: Value, workload: WorkloadIndex = .host) {
        self.workload = workload
        self.port = port
        self.type = type
        self.value = value
    }
}

/// A distribution of durations.
///
/// Empty distributions have no row.
package struct DurationRow: Sendable {
    /// The workload.
    package var workload: WorkloadIndex
    /// What was measured.
    package var id: Durations
    /// Its row in the table of `id`.
    package var row: Int
    /// The distribution.
    ///
    /// Its sum is modulo 2^64 nanoseconds.
    package var value: Distribution

    /// Creates a row.
    package init(_ id: Durations, row: Int, value: Distribution, workload: WorkloadIndex = .host) {
        self.workload = workload
        self.id = id
        self.row = row
        self.value = value
    }
}
