package import Probes
package import Readings
import SocketText

/// The counts of one pass, with the names of containers, in the order of display.
package struct Snapshot {
    /// The connections of one group.
    package struct Row: Equatable {
        /// The group.
        package var group: ConnectionGroups.Group
        /// Its connections.
        package var counts: ConnectionCounts
    }

    /// Rows of which only the largest are shown individually.
    package struct Cut<Row> {
        /// The rows that are shown.
        package var rows: [Row]
        /// The other rows.
        package var more: [Row] = []
        /// The overflow rows of the kernel's map.
        ///
        /// They are always shown.
        package var others: [Row] = []
    }

    /// The counts.
    package var groups: ConnectionGroups
    /// What to show in addition to the states.
    package var groupings: [SnapshotGrouping] = []
    /// The paths of cgroups, by ID.
    package var containers: [UInt64: String] = [:]

    /// The names of the workloads of cgroups, by ID; only if all namespaces are observed.
    package var workloads: [UInt64: String] = [:]
    /// The names of network namespaces, by inode number.
    package var namespaces: [UInt32: String] = [:]
    /// Whose connections these are.
    package var scope = ObservationScope.own

    /// Creates a snapshot of counts.
    package init(
        groups: ConnectionGroups,
        groupings: [SnapshotGrouping] = [],
        containers: [UInt64: String] = [:],
        scope: ObservationScope = .own
    ) {
        (self.groups, self.groupings, self.containers, self.scope) = (groups, groupings, containers, scope)
    }

    /// Counts all connections of a scope now.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    package static func take(
        _ scope: ObservationScope = .own,
        by groupings: [SnapshotGrouping]
    ) throws(ProbeError) -> Snapshot {
        let probe = try ConnectionGroupProbe(
            .init(
                scope,
                by: Set(groupings.compactMap(\.grouping)),
                listeners: groupings.contains(.listener)
            )
        )
        var snapshot = Snapshot(groups: try probe.count(), groupings: groupings, scope: scope)
        var names = SnapshotNames(scope)
        names.name(&snapshot, namespaces: true)
        return snapshot
    }

    /// The IDs of the cgroups that have connections or listeners.
    package var cgroups: Set<UInt64> {
        let ofGroups = groups[.container].keys.compactMap { group in
            if case .value(let cgroup) = group { cgroup } else { nil as UInt64? }
        }
        return Set(ofGroups + groups.listeners.map(\.cgroup)).subtracting([0])
    }

    /// The largest groups, at most `limit`; all if that is nil.
    package func rows(_ grouping: ConnectionGrouping, limit: Int?) -> Cut<Row> {
        let rows = groups[grouping].map { Row(group: $0.key, counts: $0.value) }.sorted { one, other in
            (other.counts.total, one.group.order) < (one.counts.total, other.group.order)
        }
        return cut(rows, limit) { $0.group == .others }
    }

    /// The listeners with the fullest queues, at most `limit`; all if that is nil.
    package func listeners(limit: Int?) -> Cut<ListenerState> {
        let rows = groups.listeners.sorted { one, other in
            guard one.urgency == other.urgency else { return one.urgency > other.urgency }
            let (port, otherPort) = (one.place?.port ?? 0, other.place?.port ?? 0)
            guard port == otherPort else { return port < otherPort }
            guard one.type == other.type else { return one.type.rawValue < other.type.rawValue }
            return (endpoint(one), one.namespace) < (endpoint(other), other.namespace)
        }
        return cut(rows, limit) { $0.place == nil }
    }

    private func cut<Row>(_ rows: [Row], _ limit: Int?, isOthers: (Row) -> Bool) -> Cut<Row> {
        let named = rows.filter { !isOthers($0) }
        let limit = min(limit ?? .max, named.count)
        return Cut(rows: Array(named[..<limit]), more: Array(named[limit...]), others: rows.filter(isOthers))
    }

    /// The name of a cgroup; `nil` if it has none.
    package func container(_ cgroup: UInt64) -> String? {
        cgroup == 0 ? nil : workloads[cgroup] ?? containers[cgroup] ?? "cgroup \(cgroup)"
    }

    /// The name and the number of a network namespace.
    package func namespace(_ number: UInt64) -> String {
        UInt32(exactly: number).flatMap { namespaces[$0] }.map { "\($0) (\(number))" } ?? "\(number)"
    }

    /// The name of a group.
    package func name(_ group: ConnectionGroups.Group, _ grouping: ConnectionGrouping) -> String {
        switch group {
        case .value(let cgroup) where grouping == .container: container(cgroup) ?? "-"
        case .value(let number) where grouping == .namespace: namespace(number)
        case .value(let port): "\(port)"
        case .none: "-"
        case .others: "others"
        }
    }

    /// The address and port of listeners.
    package func endpoint(_ listener: ListenerState) -> String {
        listener.place?.endpointText ?? "others"
    }
}

extension [Snapshot.Row] {
    /// The sum of all rows.
    package var sum: ConnectionCounts {
        reduce(into: ConnectionCounts()) { $0.add($1.counts) }
    }
}

extension [ListenerState] {
    /// The sum of all listeners for each protocol, without an address.
    package var sums: [ListenerState] {
        NetworkType.allCases.compactMap { type in
            let rows = filter { $0.type == type }
            guard !rows.isEmpty else { return nil }
            let count = rows.reduce(0) { $0 &+ $1.count }
            return ListenerState(
                place: nil,
                type: type,
                count: count,
                accept: rows.map(\.accept).sum,
                syn: rows.map(\.syn).sum
            )
        }
    }
}

extension [ListenerState.Queue] {
    /// The sum of the queues.
    package var sum: ListenerState.Queue {
        reduce(into: ListenerState.Queue(usage: 0, limit: 0, full: 0)) { sum, queue in
            sum.usage &+= queue.usage
            sum.limit &+= queue.limit
            sum.full &+= queue.full
        }
    }
}

extension ConnectionGroups.Group {
    /// The order of groups of the same size.
    fileprivate var order: UInt64 {
        switch self {
        case .value(let value): value
        case .none: .max - 1
        case .others: .max
        }
    }
}

/// The order in which listeners are shown: full queues first, then by fullness.
package struct Urgency: Comparable {
    private let (acceptIsFull, synIsFull): (Bool, Bool)
    private let (accept, syn): (Double, Double)

    /// The urgency of `listener`.
    package init(_ listener: ListenerState) {
        (acceptIsFull, synIsFull) = (listener.accept.full > 0, listener.syn.full > 0)
        (accept, syn) = (listener.accept.fullness, listener.syn.fullness)
    }

    /// Whether `one` is shown after `other`.
    package static func < (one: Urgency, other: Urgency) -> Bool {
        if one.acceptIsFull != other.acceptIsFull { return other.acceptIsFull }
        if one.synIsFull != other.synIsFull { return other.synIsFull }
        return (one.accept, one.syn) < (other.accept, other.syn)
    }
}

extension ListenerState {
    fileprivate var urgency: Urgency { Urgency(self) }
}
