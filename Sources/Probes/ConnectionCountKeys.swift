internal import CProbes
internal import Readings

extension WorkloadIndex {
    /// A row of the kernel, until it is known which workload that is.
    init(row: UInt32) {
        self.init(rawValue: UInt16(clamping: row))
    }
}

extension ConnectionRow {
    /// Reads a row as the programs write it; nil if its state or protocol is unknown.
    init?(_ key: connection_count_key, _ row: connection_count) {
        guard let state = ConnectionState(kernel: key.state), let type = NetworkType(kernel: key.type) else {
            return nil
        }
        self.init(
            state,
            type,
            localPort: key.local_port,
            peerPort: key.peer_port,
            isOverflow: key.overflow != 0,
            workload: WorkloadIndex(row: UInt32(key.row)),
            count: row.sockets
        )
    }
}

extension ConnectionRow {
    /// The same row, if all sockets count for the host.
    var ofHost: ConnectionRow {
        var row = self
        row.workload = .host
        return row
    }
}

extension connection_count_key {
    /// The key of the sockets without a port, of all cgroups.
    static func sum(of state: ConnectionState, _ type: NetworkType, overflow: UInt16 = 0) -> Self {
        Self(
            state: state.kernel,
            type: type.kernel,
            local_port: 0,
            peer_port: 0,
            overflow: overflow,
            row: UInt16(HOST_ROW.rawValue)
        )
    }

    /// Whether it is the key of a sum that user space writes.
    var isSum: Bool { local_port == 0 && peer_port == 0 && overflow == 0 }
}

extension listener_key {
    /// The overflow row, for the listeners that find no room.
    static func overflow(_ type: NetworkType) -> Self {
        Self(port: 0, overflow: 1, type: type.kernel, row: HOST_ROW.rawValue)
    }
}

/// A port that connections can be counted by.
package enum PortAttribute: String, CaseIterable, Codable, Sendable {
    /// The port of a service on this host, for listeners and accepted connections.
    case local = "network.local.port"
    /// The port of the service that a client connects to.
    case peer = "network.peer.port"
}

extension ConnectionState {
    /// Reads a state of the kernel; `nil` if it is unknown.
    init?(kernel: tcp_state) {
        self.init(rawValue: UInt8(clamping: kernel.rawValue))
    }

    /// The kernel's state.
    var kernel: tcp_state {
        tcp_state(rawValue: UInt32(rawValue))
    }
}

extension NetworkType {
    /// Reads a type as the programs write it; `nil` if it is unknown.
    init?(kernel: network_type) {
        self.init(rawValue: UInt8(clamping: kernel.rawValue))
    }

    /// The type as the programs write it.
    var kernel: network_type {
        network_type(rawValue: UInt32(rawValue))
    }
}
