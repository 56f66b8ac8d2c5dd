internal import BPF
internal import CProbes
package import Readings

/// Counts connections by state and, in the same pass, by port, container and namespace.
package final class ConnectionGroupProbe {
    /// What to count.
    package struct Options: Sendable {
        /// Which connections to count.
        package var scope: ObservationScope
        /// What to group by.
        package var groupings: Set<ConnectionGrouping>
        /// Whether to read the listeners' queues too.
        package var listeners: Bool
        /// How many groups and listeners there is room for; nil for the usual number.
        var room: UInt32?
        /// Whether to count by the kernel's iterator, although a walk without locks is faster.
        var iterates = false

        /// Creates options.
        package init(
            _ scope: ObservationScope = .own,
            by groupings: Set<ConnectionGrouping> = [],
            listeners: Bool = false
        ) {
            (self.scope, self.groupings, self.listeners) = (scope, groupings, listeners)
        }
    }

    private static let program = "count_groups"
    private static let walkingProgram = "walk_groups"

    private let options: Options
    private let object: LoadedObject
    private let readsMemory: Bool
    /// How the sockets are visited; one of the two is nil.
    private let iterator: BPF.Iterator?
    private let walk: TableWalk?
    private let totals: Map<UInt32, SocketCounts>
    private let groups: Map<group_key, SocketCounts>
    private let openPorts: Map<UInt32, PortSet>
    private let portOwners: Map<port_key, UInt64>
    private let listeners: Map<listening_key, listener_queues>
    /// Counts by the iterator, once a walk has gone wrong.
    private var substitute: ConnectionGroupProbe?

    /// Loads `bpf/groups.bpf.c`.
    ///
    /// - Parameter options: What to count.
    /// - Throws: ``ProbeError`` when the kernel refuses, or when all namespaces are asked for and can't be counted.
    package convenience init(_ options: Options = Options()) throws(ProbeError) {
        do throws(BPFError) {
            try self.init(counting: options)
        } catch {
            throw ProbeError(error)
        }
    }

    /// Loads the object.
    init(counting options: Options) throws(BPFError) {
        self.options = options
        let features = try ProgramFeatures.forWalk()
        let why = features.whyNoWalk("counting takes longer")
        let walks = why == nil && !options.iterates
        if options.scope == .node, !walks {
            let reason = features.whyOneNamespace()
            throw .oneNamespace(reason ?? "the kernel's tables of sockets were not understood")
        }
        let groupings = options.groupings
        let object = try features.object(.groups)
        try object.choose([walks ? Self.walkingProgram : Self.program])
        try object.setConstant("all_namespaces", to: options.scope == .node)
        try object.setConstant("by_local_port", to: groupings.contains(.localPort))
        try object.setConstant("by_peer_port", to: groupings.contains(.peerPort))
        try object.setConstant("by_container", to: groupings.contains(.container))
        try object.setConstant("by_namespace", to: groupings.contains(.namespace))
        try object.setConstant("with_listeners", to: options.listeners)
        try object.setConstant("syn_limit", to: SYNBacklog.current())
        try object.setEphemeralPorts(EphemeralPorts.current())
        readsMemory = features.kernelMemory
        try object.setConstant("reads_kernel_memory", to: readsMemory)
        if let room = options.room {
            try object.setCapacity(room, of: "tcp_groups")
            try object.setCapacity(room, of: "tcp_group_queues")
        }
        if options.scope == .node || groupings.contains(.container) {
            try object.setConstant("with_port_owners", to: true)
            try object.setCapacity(UInt32(OWNED_PORTS), of: "tcp_port_owners")
        }
        let loaded = try object.load()
        self.object = loaded
        openPorts = try loaded.map("tcp_open_ports")
        portOwners = try loaded.map("tcp_port_owners")
        totals = try loaded.map("tcp_totals")
        groups = try loaded.map("tcp_groups")
        listeners = try loaded.map("tcp_group_queues")
        walk = walks ? try TableWalk(Self.walkingProgram, of: loaded) : nil
        iterator = walks ? nil : try loaded.makeIterator(Self.program)
    }

    /// The programs that run, and what they are attached to.
    package var loadedPrograms: [LoadedProgram] {
        LoadedProgram.list([walk?.program ?? Self.program], of: object)
    }

    /// Counts all connections now.
    ///
    /// The pass is not atomic: a socket that changes its state during the pass is counted in one of the two states.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package func count() throws(ProbeError) -> ConnectionGroups {
        do throws(BPFError) {
            return try counted()
        } catch {
            throw ProbeError(error)
        }
    }

    private func counted() throws(BPFError) -> ConnectionGroups {
        if let substitute { return try substitute.counted() }
        try clear()
        _ = try iterator?.run()
        if let trouble = try walk?.run(of: object).trouble {
            guard options.scope == .own else {
                throw .oneNamespace(trouble.whyOneNamespace(readsMemory: readsMemory))
            }
            var options = options
            options.iterates = true
            let substitute = try ConnectionGroupProbe(counting: options)
            self.substitute = substitute
            return try substitute.counted()
        }
        return try read()
    }

    private func read() throws(BPFError) -> ConnectionGroups {
        var all = ConnectionGroups()
        if let counts = try totals.value(of: 0) { all.all = ConnectionCounts(counts) }
        for grouping in options.groupings { all.groups[grouping] = [:] }
        for (key, row) in try groups.entries() {
            guard let grouping = ConnectionGrouping(rawValue: key.grouping.rawValue) else { continue }
            let counts = ConnectionCounts(row)
            let group: ConnectionGroups.Group =
                key.overflow != 0 ? .others : key.value == 0 ? .none : .value(key.value)
            if counts.total > 0 { all.groups[grouping]?[group] = counts }
        }
        for (key, row) in try listeners.entries() where row.listeners > 0 {
            if let state = ListenerState(key, row) { all.listeners.append(state) }
        }
        return all
    }

    /// Removes the rows of the last pass, and adds the overflow rows.
    private func clear() throws(BPFError) {
        try totals.setValue(SocketCounts(repeating: 0), of: 0)
        try openPorts.setValue(PortSet(repeating: 0), of: 0)
        try portOwners.removeValues(of: portOwners.entries().map(\.key))
        for key in try groups.keys() where key.overflow == 0 { try groups.removeValue(of: key) }
        for key in try listeners.keys() where key.overflow == 0 { try listeners.removeValue(of: key) }
        for grouping in options.groupings {
            let key = group_key(grouping: CProbes.grouping(rawValue: grouping.rawValue), overflow: 1, value: 0)
            try groups.setValue(SocketCounts(repeating: 0), of: key)
        }
        for type in NetworkType.allCases {
            let key = listening_key.rest(of: type)
            try listeners.setValue(listener_queues(), of: key)
        }
    }
}

/// A `struct socket_counts` of the kernel.
///
/// Swift would import it as a tuple.
typealias SocketCounts = InlineArray<26, UInt64>

extension ConnectionCounts {
    /// Reads a row as the programs write it.
    init(_ row: SocketCounts) {
        self.init()
        for type in NetworkType.allCases {
            for state in ConnectionState.counted {
                let index = Int(socket_count_index(UInt32(type.rawValue), UInt32(state.rawValue)))
                add(row[index], to: Key(state, type))
            }
        }
    }
}

extension ListenerState {
    /// Reads a row as the programs write it; `nil` if its protocol is unknown.
    init?(_ key: listening_key, _ row: listener_queues) {
        guard let type = NetworkType(kernel: key.type) else { return nil }
        self.init(
            place: key.overflow != 0
                ? nil
                : Place(address: IPAddress(key.address, type: type), port: key.port, interface: key.interface),
            type: type,
            cgroup: key.cgroup,
            namespace: key.netns,
            count: row.listeners,
            accept: Queue(usage: row.accept_usage, limit: row.accept_limit, full: row.accept_full),
            syn: Queue(usage: row.syn_usage, limit: row.syn_limit, full: row.syn_full)
        )
    }
}

extension listening_key {
    /// The overflow row, for the listeners that find no room.
    fileprivate static func rest(of type: NetworkType) -> Self {
        var key = Self()
        (key.type, key.overflow) = (type.kernel, 1)
        return key
    }
}
