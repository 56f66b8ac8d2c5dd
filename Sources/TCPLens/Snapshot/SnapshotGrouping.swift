import ArgumentParser
import Probes

/// What `tcplens snapshot --by` can look at, besides the states.
enum SnapshotGrouping: String, CaseIterable {
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

/// One value of `--by`: a grouping, or several with commas between them.
struct SnapshotGroupings {
    /// The groupings, in the order that they were given in.
    var groupings: [SnapshotGrouping]

    /// Reads what the user has typed.
    init(_ text: String) throws {
        let known = SnapshotGrouping.allCases.map(\.rawValue).joined(separator: ", ")
        groupings = try text.listed.map { name in
            guard let grouping = SnapshotGrouping(rawValue: name) else {
                throw ValidationError("'\(name)' is nothing that --by knows: it takes \(known)")
            }
            return grouping
        }
        guard !groupings.isEmpty else { throw ValidationError("--by has nothing to look at: it takes \(known)") }
    }
}

extension [SnapshotGroupings] {
    /// All groupings, each once.
    var distinct: [SnapshotGrouping] {
        flatMap(\.groupings).reduce(into: []) { all, grouping in
            if !all.contains(grouping) { all.append(grouping) }
        }
    }
}
