import FoundationEssentials
import Probes
internal import Readings

/// The JSON of `tcplens snapshot --format json`.
struct SnapshotReport: Encodable, Equatable {
    /// The connections of one state and type.
    struct Row: Encodable, Equatable {
        /// The state by its name in the semantic conventions, such as `fin_wait_1`.
        var state: String
        /// `ipv4` or `ipv6`.
        var type: String
        /// The number of connections.
        var count: UInt64
    }

    /// When it was taken (RFC 3339).
    var time: String
    /// The observation scope.
    var scope: String
    /// The name of the machine.
    var host: String
    /// The rows with connections, or all rows.
    var connections: [Row]
    /// The number of all connections.
    var total: UInt64
    /// By the ports of services on this host, if requested.
    var ports: [PortReport]?
    /// By the ports of services on other hosts, if requested.
    var peerPorts: [PortReport]?
    /// By containers, if requested.
    var containers: [ContainerReport]?
    /// By network namespaces, if requested.
    var namespaces: [NamespaceReport]?
    /// The queues of listeners, if requested.
    var listeners: [ListenerReport]?

    private enum CodingKeys: String, CodingKey {
        case time, scope, host, connections, total, ports, containers, namespaces, listeners
        case peerPorts = "peer_ports"
    }

    /// Creates a report.
    ///
    /// - Parameters:
    ///   - snapshot: The counts.
    ///   - all: Whether to include states without connections.
    ///   - top: How many groups of each kind to list; nil for all.
    ///   - time: When it was taken.
    ///   - host: The name of the machine.
    init(_ snapshot: Snapshot, all: Bool, top: Int? = nil, time: Date, host: String) {
        self.time = time.formatted(.iso8601)
        scope = snapshot.scope.rawValue
        self.host = host
        total = snapshot.groups.all.total
        connections = Self.rows(snapshot.groups.all, all: all)
        func cut(_ grouping: ConnectionGrouping) -> [Snapshot.Row] {
            let cut = snapshot.rows(grouping, limit: top)
            let others = cut.more + cut.others
            return cut.rows + (others.isEmpty ? [] : [Snapshot.Row(group: .others, counts: others.sum)])
        }
        for grouping in snapshot.groupings {
            switch grouping {
            case .port: ports = cut(.localPort).map { PortReport($0, all: all) }
            case .peerPort: peerPorts = cut(.peerPort).map { PortReport($0, all: all) }
            case .container: containers = cut(.container).map { ContainerReport($0, snapshot, all: all) }
            case .namespace: namespaces = cut(.namespace).map { NamespaceReport($0, snapshot.namespaces, all: all) }
            case .listener:
                let cut = snapshot.listeners(limit: top)
                listeners = (cut.rows + (cut.more + cut.others).sums).map { ListenerReport($0, snapshot) }
            }
        }
    }

    /// The rows of `counts`.
    static func rows(_ counts: ConnectionCounts, all: Bool) -> [Row] {
        SnapshotTable.states.flatMap { state in
            NetworkType.allCases.compactMap { type in
                guard all || counts[state, type] > 0 else { return nil }
                return Row(state: state.attributeValue, type: type.attributeValue, count: counts[state, type])
            }
        }
    }
}
