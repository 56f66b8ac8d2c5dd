internal import BPF
internal import CProbes
internal import Glibc
internal import Readings

/// Counts the connections by a pass over all sockets in the kernel.
///
/// The workload of each result is the number of the kernel's row (``WorkloadIndex/init(row:)``).
final class ConnectionCountProbe {
    private let agent: AgentObject
    private let iterator: BPF.Iterator
    /// Frees the slots of connections whose end no program saw, after a pass by the iterator.
    ///
    /// Nil if connections are not followed.
    let forgetter: TableWalk?
    private let passes: Map<UInt32, pass>
    private let stocks: Map<UInt32, StockCounters>
    private let stockRows: [UInt32]
    private let rows: Map<connection_count_key, connection_count>
    private let listeners: Map<listener_key, listener_queues>
    private let drops: Map<listener_key, UInt64>
    private let openPorts: Map<UInt32, PortSet>
    private let portOwners: Map<port_key, UInt64>
    /// Walks over the kernel's tables; nil if the passes are made by the iterator.
    private(set) var walk: TableWalk?
    /// What the last walk reported.
    private(set) var lastWalk = TableWalk.Report()

    /// The time between two walks of a pass, in microseconds.
    ///
    /// An event may take a few microseconds, and longer if its processor is taken away from it.
    private static let pause: UInt32 = 2_000

    /// Creates the iterator of a loaded object, and finds its maps.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ agent: AgentObject) throws(BPFError) {
        self.agent = agent
        passes = try agent.object.map("tcp_pass")
        stocks = try agent.object.map("tcp_stocks")
        stockRows = Array(0..<agent.rowCount)
        rows = try agent.object.map("tcp_state_map")
        listeners = try agent.object.map("tcp_listeners")
        drops = try agent.object.map("tcp_drops")
        openPorts = try agent.object.map("tcp_open_ports")
        portOwners = try agent.object.map("tcp_port_owners")
        let programs = agent.programs.pass
        iterator = try agent.object.makeIterator(programs[0])
        forgetter = programs.count > 1 ? try TableWalk(programs[1], of: agent.object) : nil
        if let program = agent.programs.walk { walk = try TableWalk(program, of: agent.object) }
        for type in NetworkType.allCases { try drops.addValue(0, of: .overflow(type)) }
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
        /// The rows that have sockets.
        var rows: Set<UInt32> = []
        /// The rows of ``stocks``.
        var stockRows: Set<WorkloadIndex> = []
    }

    /// Counts all sockets once.
    ///
    /// The pass is not atomic: a socket that changes its state during the pass is counted in one of the two states.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func pass() throws(BPFError) -> Findings {
        try visitAll()
        // A socket that was missed for the first time may just have been moved between two of the kernel's tables.
        if try passes.value(of: 0)?.doubts ?? 0 > 0 {
            usleep(Self.pause)
            try visitAll()
        }
        return try findings()
    }

    /// Makes the passes by the iterator from now on.
    func giveUpWalk() {
        walk = nil
    }

    /// Counts by the iterator, which gives each socket a cookie, whatever later passes do.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func iterate() throws(BPFError) -> Findings {
        try clear()
        try visitByIterator()
        return try findings()
    }

    /// Walks over the sockets of this namespace without following any; nil if this kernel does not let programs do it.
    ///
    /// - Parameter budget: How long one call may take, in nanoseconds.
    /// - Returns: What the walk reported, and what it counted.
    /// - Throws: ``BPFError`` when the kernel refuses.
    func tryWalk(budget: UInt64 = TableWalk.budget) throws(BPFError) -> (report: TableWalk.Report, findings: Findings)?
    {
        guard let walk else { return nil }
        try clear()
        let report = try walk.run(of: agent.object, isTrial: true, budget: budget)
        return (report, try findings())
    }

    private func visitAll() throws(BPFError) {
        try clear()
        if let walk {
            lastWalk = try walk.run(of: agent.object)
            // It may have met a socket that was about to become another one.
            guard lastWalk.trouble != nil else { return }
            try clear()
            lastWalk = try walk.run(of: agent.object)
        } else {
            try visitByIterator()
        }
    }

    private func visitByIterator() throws(BPFError) {
        try iterator.run()
        // If later passes walk over the kernel's tables, they free slots themselves. What this reports is of no use.
        if walk == nil { _ = try forgetter?.run(of: agent.object) }
    }

    private func findings() throws(BPFError) -> Findings {
        var findings = Findings()
        // The last rows of the map are never used.
        for (row, counters) in try stocks.entries() where row < agent.rowCount {
            add(counters, of: row, to: &findings)
        }
        for (key, row) in try rows.entries() where row.sockets > 0 && !key.isSum {
            if let found = ConnectionRow(key, row) {
                findings.connections.append(found)
                findings.rows.insert(UInt32(key.row))
            }
        }
        findings.listeners = try queues()
        let drops = try listenerDrops(of: findings.listeners)
        findings.drops = forgetter == nil ? nil : drops
        try publish(findings)
        return findings
    }

    private func add(_ counters: StockCounters, of row: UInt32, to findings: inout Findings) {
        let workload = WorkloadIndex(row: row)
        var count: UInt64 = 0
        for type in NetworkType.allCases {
            for state in ConnectionState.counted {
                let sockets = counters[Int(stock_index(UInt32(type.rawValue), UInt32(state.rawValue)))]
                guard sockets > 0 else { continue }
                findings.connections.append(ConnectionRow(state, type, workload: workload, count: sockets))
                count &+= sockets
            }
        }
        if count > 0 { findings.rows.insert(row) }
        // The host is always there. Sockets that are split by their port are not among `count`.
        guard count > 0 || row == HOST_ROW.rawValue || counters.indices.contains(where: { counters[$0] > 0 }) else {
            return
        }
        findings.stocks.add(counters, of: workload, follows: forgetter != nil)
        findings.stockRows.insert(workload)
    }

    /// What listeners have dropped.
    ///
    /// Rows of ports without a listener are removed.
    private func listenerDrops(of listeners: [ListenerRow]) throws(BPFError) -> [PortRow<UInt64>] {
        let ports = Set(listeners.map { PortKey(port: $0.port, type: $0.type, workload: $0.workload) })
        var counts: [PortRow<UInt64>] = []
        for (key, count) in try drops.entries() {
            guard let type = NetworkType(kernel: key.type) else { continue }
            let port = key.overflow == 0 ? key.port : nil
            let workload = WorkloadIndex(row: key.row)
            if key.overflow == 0, !ports.contains(PortKey(port: port, type: type, workload: workload)) {
                try drops.removeValue(of: key)
            } else if key.overflow == 0 || count > 0 {
                counts.append(PortRow(port: port, type: type, value: count, workload: workload))
            }
        }
        return counts
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
                    synLimit: row.syn_limit,
                    workload: WorkloadIndex(row: key.row)
                )
            )
        }
        return queues
    }

    /// Sets all rows to zero, and removes those of ports.
    private func clear() throws(BPFError) {
        try stocks.setValue(StockCounters(repeating: 0), ofAll: stockRows)
        try openPorts.setValue(PortSet(repeating: 0), of: 0)
        try portOwners.removeValues(of: portOwners.entries().map(\.key))
        try rows.removeValues(of: rows.entries().map(\.key).filter { $0.local_port != 0 || $0.peer_port != 0 })
        try listeners.removeValues(of: listeners.entries().map(\.key).filter { $0.overflow == 0 })
        for type in NetworkType.allCases {
            try listeners.setValue(listener_queues(), of: .overflow(type))
            for state in ConnectionState.counted {
                try rows.setValue(connection_count(sockets: 0), of: .sum(of: state, type, overflow: 1))
            }
        }
    }

    /// Writes the sums of each state and type into the map that users read by its name.
    private func publish(_ findings: Findings) throws(BPFError) {
        var sums = ConnectionCounts()
        for row in findings.connections where row.localPort == 0 && row.peerPort == 0 && !row.isOverflow {
            sums.add(row.count, to: .init(row.state, row.type))
        }
        for type in NetworkType.allCases {
            for state in ConnectionState.counted {
                let count = connection_count(sockets: sums[state, type])
                try rows.setValue(count, of: .sum(of: state, type))
            }
        }
    }
}

/// A `struct port_set` of the kernel.
///
/// Swift would import it as a tuple.
typealias PortSet = InlineArray<1024, UInt64>

private struct PortKey: Hashable {
    var port: UInt16?
    var type: NetworkType
    var workload: WorkloadIndex
}
