internal import BPF
internal import CProbes
internal import Readings

/// Counts the connections of this network namespace by walking over them in the kernel.
final class ConnectionCountProbe {
    private let agent: AgentObject
    private let iterator: BPF.Iterator
    /// Frees the slots of connections whose end no program saw, and writes a byte for each that it is not sure of.
    ///
    /// Nil if connections are not followed.
    let forgetter: BPF.Iterator?
    private let rows: Map<connection_count_key, connection_count>
    private let listeners: Map<listener_key, listener_queues>
    private let totals: Map<UInt32, pass_totals>
    private let drops: Map<listener_key, UInt64>
    private let openPorts: Map<UInt32, PortSet>

    /// Creates the iterators of a loaded object, and finds its maps.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ agent: AgentObject) throws(BPFError) {
        self.agent = agent
        rows = try agent.object.map("tcp_state_map")
        listeners = try agent.object.map("tcp_listeners")
        totals = try agent.object.map("tcp_pass_totals")
        drops = try agent.object.map("tcp_drops")
        openPorts = try agent.object.map("tcp_open_ports")
        let programs = agent.programs.pass
        iterator = try agent.object.makeIterator(programs[0])
        forgetter = programs.count > 1 ? try agent.object.makeIterator(programs[1], over: "tcp_slots") : nil
        try drops.setValue(0, of: listener_key(port: 0, overflow: 1, type: IPV4))
        try drops.setValue(0, of: listener_key(port: 0, overflow: 1, type: IPV6))
        try clear()
    }

    /// The results of a pass over all sockets.
    struct Findings {
        /// How many connections there are.
        var connections: [ConnectionRow] = []
        /// How full the listeners' queues are.
        var listeners: [ListenerRow] = []
        /// What waits, and how long.
        var stocks = Tables<Stock>()
        /// What listeners have dropped since they were first seen; nil if connections are not followed.
        var drops: [PortRow<UInt64>]?
    }

    /// Walks over all sockets once.
    ///
    /// The walk is not atomic: a socket that changes its state during the walk is counted in one of the two states.
    func pass() throws(BPFError) -> Findings {
        try walk()
        // A socket that was missed for the first time may just have been moved between two of the kernel's tables.
        if let missed = try forgetter?.run(), !missed.isEmpty {
            try walk()
            try forgetter?.run()
        }
        var findings = Findings()
        for (key, row) in try rows.entries() where row.sockets > 0 {
            if let row = ConnectionRow(key, row) { findings.connections.append(row) }
        }
        findings.listeners = try queues()
        findings.stocks.add(try totals.value(of: 0) ?? pass_totals(), follows: forgetter != nil)
        let drops = try listenerDrops(of: findings.listeners)
        findings.drops = forgetter == nil ? nil : drops
        return findings
    }

    /// What listeners have dropped.
    ///
    /// Rows of ports without a listener are removed.
    private func listenerDrops(of listeners: [ListenerRow]) throws(BPFError) -> [PortRow<UInt64>] {
        let ports = Set(listeners.map { PortKey(port: $0.port, type: $0.type) })
        var counts: [PortRow<UInt64>] = []
        for (key, count) in try drops.entries() {
            guard let type = NetworkType(kernel: key.type) else { continue }
            let port = key.overflow == 0 ? key.port : nil
            if key.overflow == 0, !ports.contains(PortKey(port: port, type: type)) {
                try drops.removeValue(of: key)
            } else if key.overflow == 0 || count > 0 {
                counts.append(PortRow(port: port, type: type, value: count))
            }
        }
        return counts
    }

    private func walk() throws(BPFError) {
        try clear()
        try iterator.run()
    }

    private func queues() throws(BPFError) -> [ListenerRow] {
        var queues: [ListenerRow] = []
        for (key, row) in try listeners.entries() where row.listeners > 0 {
            guard let type = NetworkType(kernel: key.type) else { continue }
            queues.append(
                ListenerRow(
                    port: key.overflow == 0 ? key.port : nil,
                    type: type,
                    acceptUsage: row.accept_usage,
                    acceptLimit: row.accept_limit,
                    acceptFull: row.accept_full,
                    synUsage: row.syn_usage,
                    synLimit: row.syn_limit
                )
            )
        }
        return queues
    }

    /// Sets the rows without a port to zero, adds those that are missing, and removes all others.
    private func clear() throws(BPFError) {
        try totals.setValue(pass_totals(), of: 0)
        try openPorts.setValue(PortSet(repeating: 0), of: 0)
        try rows.removeValues(of: rows.entries().map(\.key).filter { $0.local_port != 0 || $0.peer_port != 0 })
        try listeners.removeValues(of: listeners.entries().map(\.key).filter { $0.overflow == 0 })
        for type in NetworkType.allCases {
            try listeners.setValue(listener_queues(), of: listener_key(port: 0, overflow: 1, type: type.kernel))
            for state in ConnectionState.counted {
                for overflow: UInt32 in [0, 1] {
                    try rows.setValue(connection_count(sockets: 0), of: Self.key(state, type, overflow: overflow))
                }
            }
        }
    }

    private static func key(_ state: ConnectionState, _ type: NetworkType, overflow: UInt32) -> connection_count_key {
        connection_count_key(
            state: state.kernel,
            type: type.kernel,
            local_port: 0,
            peer_port: 0,
            overflow: overflow
        )
    }
}

/// A `struct port_set` of the kernel.
///
/// Swift would import it as a tuple.
typealias PortSet = InlineArray<1024, UInt64>

private struct PortKey: Hashable {
    var port: UInt16?
    var type: NetworkType
}

extension ConnectionRow {
    /// Reads a row as the programs write it; nil if its state or protocol is unknown.
    fileprivate init?(_ key: connection_count_key, _ row: connection_count) {
        guard let state = ConnectionState(kernel: key.state), let type = NetworkType(kernel: key.type) else {
            return nil
        }
        self.init(
            state,
            type,
            localPort: key.local_port,
            peerPort: key.peer_port,
            isOverflow: key.overflow != 0,
            count: row.sockets
        )
    }
}

/// A port that connections can be counted by.
package enum PortAttribute: String, CaseIterable, Sendable {
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
