import Probes
internal import Readings
import SocketText

/// A snapshot as comma-separated values (RFC 4180), a line for each state and type of each group.
struct SnapshotCSV {
    /// The snapshot.
    ///
    /// The lines are for its first grouping, if it has one.
    var snapshot: Snapshot
    /// Whether to write rows without connections, too.
    var all = false
    /// How many groups to write.
    ///
    /// The others are added up as `others`.
    var top: Int?

    /// The lines.
    ///
    /// The first one has the names of the columns.
    var text: String {
        lines.map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
    }

    private var lines: [[String]] {
        guard let grouping = snapshot.groupings.first else {
            return [["state", "type", "count"]] + states([], snapshot.groups.all)
        }
        guard let by = grouping.grouping else { return listeners }
        let cut = snapshot.rows(by, limit: top)
        let others = cut.more + cut.others
        let rows = cut.rows + (others.isEmpty ? [] : [Snapshot.Row(group: .others, counts: others.sum)])
        return [names(by) + ["state", "type", "count"]] + rows.flatMap { states(fields($0.group, by), $0.counts) }
    }

    /// The names of the columns that say which group it is.
    private func names(_ by: ConnectionGrouping) -> [String] {
        switch by {
        case .localPort: ["port"]
        case .peerPort: ["peer_port"]
        case .container: ["cgroup", "cgroup_id"] + (snapshot.scope == .node ? ["workload"] : [])
        case .namespace: ["netns", "name"]
        }
    }

    /// What is in these columns.
    private func fields(_ group: ConnectionGroups.Group, _ by: ConnectionGrouping) -> [String] {
        let count = names(by).count
        guard case .value(let value) = group else {
            return [snapshot.name(group, by)] + Array(repeating: "", count: count - 1)
        }
        switch by {
        case .localPort, .peerPort: return ["\(value)"]
        case .container:
            let all = [snapshot.containers[value] ?? "", "\(value)", snapshot.workloads[value] ?? ""]
            return Array(all.prefix(count))
        case .namespace: return ["\(value)", UInt32(exactly: value).flatMap { snapshot.namespaces[$0] } ?? ""]
        }
    }

    private func states(_ group: [String], _ counts: ConnectionCounts) -> [[String]] {
        SnapshotTable.states.flatMap { state in
            NetworkType.allCases.compactMap { type in
                let count = counts[state, type]
                return all || count > 0 ? group + [state.attributeValue, type.attributeValue, "\(count)"] : nil
            }
        }
    }

    private var listeners: [[String]] {
        let cut = snapshot.listeners(limit: top)
        let names =
            [
                "address", "port", "type", "listeners", "accept_queue_usage", "accept_queue_limit", "accept_queue_full",
                "syn_queue_usage", "syn_queue_limit", "syn_queue_full", "cgroup", "cgroup_id",
            ] + (snapshot.scope == .node ? ["workload", "netns"] : [])
        return [names] + (cut.rows + (cut.more + cut.others).sums).map(listener)
    }

    private func listener(_ listener: ListenerState) -> [String] {
        let place =
            snapshot.scope == .node
            ? [snapshot.workloads[listener.cgroup] ?? "", listener.namespace == 0 ? "" : "\(listener.namespace)"] : []
        let queues = [listener.accept, listener.syn].flatMap { ["\($0.usage)", "\($0.limit)", "\($0.full)"] }
        return [
            listener.place?.addressText ?? "others", listener.place.map { "\($0.port)" } ?? "",
            listener.type.attributeValue,
            "\(listener.count)",
        ] + queues + [snapshot.containers[listener.cgroup] ?? "", listener.cgroup == 0 ? "" : "\(listener.cgroup)"]
            + place
    }

    /// A field, in quotes if it has a special character.
    static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
