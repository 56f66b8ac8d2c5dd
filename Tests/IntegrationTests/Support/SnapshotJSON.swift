import Foundation

/// The output of `tcplens snapshot --format json`.
struct SnapshotJSON: Decodable {
    /// The connections of a state and type.
    struct Row: Decodable {
        var state: String
        var type: String
        var count: Int
    }

    /// The connections of a port or container.
    struct Group: Decodable {
        var port: Int?
        var cgroup: UInt64?
        var container: String?
        var namespace: UInt64?
        var name: String?
        var workload: String?
        var others: Bool?
        var connections: [Row]
        var total: Int

        private enum CodingKeys: String, CodingKey {
            case cgroup = "cgroup_id"
            case container = "cgroup"
            case namespace = "netns"
            case port, name, workload, others, connections, total
        }

        /// How many are in a state.
        subscript(state: String) -> Int {
            connections.reduce(0) { $1.state == state ? $0 + $1.count : $0 }
        }
    }

    /// The listeners of an address and port.
    struct Listener: Decodable {
        /// A queue.
        struct Queue: Decodable, Equatable {
            var usage: Int
            var limit: Int
            var full: Int
        }

        var address: String?
        var port: Int?
        var type: String
        var listeners: Int
        var accept: Queue
        var syn: Queue
        var cgroup: UInt64?
        var container: String?
        var namespace: UInt64?
        var workload: String?

        private enum CodingKeys: String, CodingKey {
            case namespace = "netns"
            case accept = "accept_queue"
            case syn = "syn_queue"
            case cgroup = "cgroup_id"
            case container = "cgroup"
            case address, port, type, listeners, workload
        }
    }

    var connections: [Row]
    var total: Int
    var ports: [Group]?
    var peerPorts: [Group]?
    var containers: [Group]?
    var namespaces: [Group]?
    var listeners: [Listener]?

    private enum CodingKeys: String, CodingKey {
        case peerPorts = "peer_ports"
        case connections, total, ports, containers, namespaces, listeners
    }

    /// Takes a snapshot in the namespace of `traffic`.
    init(_ options: String..., in traffic: Traffic) throws {
        let result = try run([Executable.tcplens, "snapshot", "--format", "json"] + options, in: traffic)
        guard result.status == 0 else { throw Timeout(description: "snapshot failed: \(result.error)") }
        self = try JSONDecoder().decode(Self.self, from: Data(result.output.utf8))
    }

    /// The group of a port.
    func group(port: Int) -> Group? { ports?.first { $0.port == port } }

    /// The group of a port that clients connect to.
    func group(peerPort port: Int) -> Group? { peerPorts?.first { $0.port == port } }
}
