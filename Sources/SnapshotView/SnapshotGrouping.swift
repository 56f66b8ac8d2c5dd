import Probes
import Readings

/// What `tcplens snapshot --by` can show in addition to the states.
package enum SnapshotGrouping: String, CaseIterable, Sendable {
    /// The ports of services on this host.
    case port
    /// The ports of services that clients here connect to.
    case peerPort = "peer-port"
    /// The containers of connections.
    case container
    /// The network namespaces of connections.
    case namespace
    /// The queues of each listener.
    case listener

    /// The grouping of the connections; `nil` for listeners, whose rows have other columns.
    var grouping: ConnectionGrouping? {
        switch self {
        case .port: .localPort
        case .peerPort: .peerPort
        case .container: .container
        case .namespace: .namespace
        case .listener: nil
        }
    }

    /// The heading of the groups' names.
    var title: String {
        switch self {
        case .port: "PORT"
        case .peerPort: "PEER PORT"
        case .container: "CONTAINER"
        case .namespace: "NAMESPACE"
        case .listener: "LISTENER"
        }
    }
}
