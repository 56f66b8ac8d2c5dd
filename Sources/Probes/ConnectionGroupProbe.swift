internal import BPF
internal import CProbes
package import Readings

/// Counts the connections of this network namespace by state and, in the same pass, by port and container.
package final class ConnectionGroupProbe {
    private static let program = "count_groups"

    private let groupings: Set<ConnectionGrouping>
    private let object: Object
    private let iterator: BPF.Iterator
    private let totals: Map<UInt32, SocketCounts>
    private let groups: Map<group_key, SocketCounts>
    private let openPorts: Map<UInt32, PortSet>
    private let listeners: Map<listening_key, listener_queues>

    /// Loads `bpf/groups.bpf.c`.
    ///
    /// - Parameters:
    ///   - groupings: What to group by.
    ///   - listeners: Whether to read the listeners' queues too.
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package convenience init(by groupings: Set<ConnectionGrouping> = [], listeners: Bool = false) throws(ProbeError) {
        do throws(BPFError) {
            try self.init(groupings, listeners: listeners)
        } catch {
            throw ProbeError(error)
        }
    }

    /// Loads the object.
    ///
    /// Tests pass a smaller `room`.
    init(_ groupings: Set<ConnectionGrouping>, listeners: Bool, room: UInt32? = nil) throws(BPFError) {
        self.groupings = groupings
        object = try Object(.groups)
        try object.setConstant("by_local_port", to: groupings.contains(.localPort))
        try object.setConstant("by_peer_port", to: groupings.contains(.peerPort))
        try object.setConstant("by_container", to: groupings.contains(.container))
        try object.setConstant("with_listeners", to: listeners)
        try object.setConstant("syn_limit", to: SYNBacklog.current())
        try object.setEphemeralPorts(EphemeralPorts.current())
        try object.setConstant("reads_kernel_memory", to: ProgramFeature.kernelMemory.isAvailable())
        if let room {
            try object.setCapacity(room, of: "tcp_groups")
            try object.setCapacity(room, of: "tcp_group_queues")
        }
        if groupings.contains(.container) {
            try object.setCapacity(UInt32(UInt16.max) + 1, of: "tcp_port_owners")
        }
        try object.load()
        openPorts = try object.map("tcp_open_ports")
        totals = try object.map("tcp_totals")
        groups = try object.map("tcp_groups")
        self.listeners = try object.map("tcp_group_queues")
        iterator = try object.makeIterator(Self.program)
    }

    /// The programs that run, and what they are attached to.
    package var loadedPrograms: [LoadedProgram] { LoadedProgram.list([Self.program], of: object) }

    /// Counts all connections now.
    ///
    /// The walk visits each socket once but is not atomic: a socket that changes its state during the walk is counted
    /// in one of the two states.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package func count() throws(ProbeError) -> ConnectionGroups {
        do throws(BPFError) {
            try clear()
            try iterator.run()
            return try read()
        } catch {
            throw ProbeError(error)
        }
    }

    private func read() throws(BPFError) -> ConnectionGroups {
        var all = ConnectionGroups()
        if let counts = try totals.value(of: 0) { all.all = ConnectionCounts(counts) }
        for grouping in groupings { all.groups[grouping] = [:] }
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
        for key in try groups.keys() where key.overflow == 0 { try groups.removeValue(of: key) }
        for key in try listeners.keys() where key.overflow == 0 { try listeners.removeValue(of: key) }
        for grouping in groupings {
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
