import Probes
internal import Readings

/// The connections of a network namespace.
struct NamespaceReport: Encodable, Equatable {
    /// Its inode number; `null` for the overflow row.
    var namespace: UInt64?
    /// A name; absent if none is known.
    var name: String?
    /// Whether it is the overflow row, for what is beyond `--top` or found no room in the kernel's map.
    var others: Bool?
    /// Its rows.
    var connections: [SnapshotReport.Row]
    /// Its connections.
    var total: UInt64

    /// Creates the report of a group.
    init(_ row: Snapshot.Row, _ names: [UInt32: String], all: Bool) {
        if case .value(let value) = row.group {
            namespace = value
            name = UInt32(exactly: value).flatMap { names[$0] }
        }
        others = row.group == .others ? true : nil
        connections = SnapshotReport.rows(row.counts, all: all)
        total = row.counts.total
    }

    private enum CodingKeys: String, CodingKey {
        case namespace = "netns"
        case name, others, connections, total
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(namespace, forKey: .namespace)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encodeIfPresent(others, forKey: .others)
        try container.encode(connections, forKey: .connections)
        try container.encode(total, forKey: .total)
    }
}
