import Probes
import Readings
import SocketText

/// The connections of a port.
struct PortReport: Encodable, Equatable {
    /// The port; `null` for connections without one, and for the overflow row.
    var port: UInt64?
    /// Whether it is the overflow row, for what is beyond `--top` or found no room in the kernel's map.
    var others: Bool?
    /// Its rows.
    var connections: [SnapshotReport.Row]
    /// Its connections.
    var total: UInt64

    /// Creates the report of a group.
    init(_ row: Snapshot.Row, all: Bool) {
        if case .value(let value) = row.group { port = value }
        others = row.group == .others ? true : nil
        connections = SnapshotReport.rows(row.counts, all: all)
        total = row.counts.total
    }

    private enum CodingKeys: CodingKey {
        case port, others, connections, total
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(port, forKey: .port)
        try container.encodeIfPresent(others, forKey: .others)
        try container.encode(connections, forKey: .connections)
        try container.encode(total, forKey: .total)
    }
}

/// The connections of a container.
struct ContainerReport: Encodable, Equatable {
    /// The ID of the cgroup; `null` for connections without one, and for the overflow row.
    var cgroup: UInt64?
    /// The path of the cgroup; absent if it is not visible from here.
    var container: String?
    /// The name of the workload that it belongs to; absent in scope `self`, and if it is unknown.
    var workload: String?
    /// Whether it is the overflow row, for what is beyond `--top` or found no room in the kernel's map.
    var others: Bool?
    /// Its rows.
    var connections: [SnapshotReport.Row]
    /// Its connections.
    var total: UInt64

    /// Creates the report of a group.
    init(_ row: Snapshot.Row, _ snapshot: Snapshot, all: Bool) {
        if case .value(let value) = row.group {
            cgroup = value
            container = snapshot.containers[value]
            workload = snapshot.workloads[value]
        }
        others = row.group == .others ? true : nil
        connections = SnapshotReport.rows(row.counts, all: all)
        total = row.counts.total
    }

    private enum CodingKeys: String, CodingKey {
        case cgroup = "cgroup_id"
        case container = "cgroup"
        case workload, others, connections, total
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cgroup, forKey: .cgroup)
        try container.encodeIfPresent(self.container, forKey: .container)
        try container.encodeIfPresent(workload, forKey: .workload)
        try container.encodeIfPresent(others, forKey: .others)
        try container.encode(connections, forKey: .connections)
        try container.encode(total, forKey: .total)
    }
}

/// The listeners of an address and port.
struct ListenerReport: Encodable, Equatable {
    /// A queue.
    struct Queue: Encodable, Equatable {
        /// How many wait in it.
        var usage: UInt64
        /// How many may wait in it.
        var limit: UInt64
        /// How many of the listeners have a full queue.
        var full: UInt64

        /// Creates the report of `queue`.
        init(_ queue: ListenerState.Queue) {
            (usage, limit, full) = (queue.usage, queue.limit, queue.full)
        }
    }

    /// The address; `null` for the overflow row.
    var address: String?
    /// The port; `null` for the overflow row.
    var port: UInt16?
    /// `ipv4` or `ipv6`.
    var type: String
    /// Whether it is the overflow row, for what is beyond `--top` or found no room in the kernel's map.
    var others: Bool?
    /// The number of listeners.
    var listeners: UInt64
    /// Connections that wait for `accept()`.
    var accept: Queue
    /// Connections whose handshake is not finished.
    var syn: Queue
    /// The ID of their cgroup; `null` if unknown.
    var cgroup: UInt64?
    /// The path of their cgroup; absent if it is not visible from here.
    var container: String?
    /// The name of the workload that they belong to; absent in scope `self`, and if it is unknown.
    var workload: String?
    /// The inode number of their network namespace; absent in scope `self`.
    var namespace: UInt32?

    /// Creates the report of a row.
    init(_ listener: ListenerState, _ snapshot: Snapshot) {
        address = listener.place?.addressText
        port = listener.place?.port
        type = listener.type.attributeValue
        others = listener.place == nil ? true : nil
        listeners = listener.count
        (accept, syn) = (Queue(listener.accept), Queue(listener.syn))
        cgroup = listener.cgroup == 0 ? nil : listener.cgroup
        container = snapshot.containers[listener.cgroup]
        workload = snapshot.workloads[listener.cgroup]
        namespace = listener.namespace == 0 ? nil : listener.namespace
    }

    private enum CodingKeys: String, CodingKey {
        case accept = "accept_queue"
        case syn = "syn_queue"
        case cgroup = "cgroup_id"
        case container = "cgroup"
        case namespace = "netns"
        case address, port, type, others, listeners, workload
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(address, forKey: .address)
        try container.encode(port, forKey: .port)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(others, forKey: .others)
        try container.encode(listeners, forKey: .listeners)
        try container.encode(accept, forKey: .accept)
        try container.encode(syn, forKey: .syn)
        try container.encode(cgroup, forKey: .cgroup)
        try container.encodeIfPresent(self.container, forKey: .container)
        try container.encodeIfPresent(workload, forKey: .workload)
        try container.encodeIfPresent(namespace, forKey: .namespace)
    }
}
