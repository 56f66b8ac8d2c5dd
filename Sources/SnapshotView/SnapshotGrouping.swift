import Probes
import Readings

/// What `tcplens snapshot --by` can look at, besides the states.
package enum SnapshotGrouping: String, CaseIterable, Sendable {
    /// The ports of services here.
    case port
    /// The ports of services that clients here connect to.
    case peerPort = "peer-port"
    /// Whose the connections are.
    case container
    /// The queues of each listener.
    case listener

    /// What the connections are grouped by; `nil` for listeners, which have rows of another kind.
    var grouping: ConnectionGrouping? {
        switch self {
        case .port: .localPort
        case .peerPort: .peerPort
        case .container: .container
        case .listener: nil
        }
    }

    /// What stands above the names of the groups.
    var title: String {
        switch self {
        case .port: "PORT"
        case .peerPort: "PEER PORT"
        case .container: "CONTAINER"
        case .listener: "LISTENER"
        }
    }
}
