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
        let isContainer = by == .container
        let names = isContainer ? ["cgroup", "cgroup_id"] : [by == .localPort ? "port" : "peer_port"]
        let cut = snapshot.rows(by, limit: top)
        let others = cut.more + cut.others
        let rows = cut.rows + (others.isEmpty ? [] : [Snapshot.Row(group: .others, counts: others.sum)])
        return [names + ["state", "type", "count"]]
            + rows.flatMap { row in
                let name = snapshot.name(row.group, by)
                guard isContainer else { return states([name], row.counts) }
                if case .value(let cgroup) = row.group {
                    return states([snapshot.containers[cgroup] ?? "", "\(cgroup)"], row.counts)
                }
                return states([name, ""], row.counts)
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
        let names = [
            "address", "port", "type", "listeners", "accept_queue_usage", "accept_queue_limit", "accept_queue_full",
            "syn_queue_usage", "syn_queue_limit", "syn_queue_full", "cgroup", "cgroup_id",
        ]
        return [names] + (cut.rows + (cut.more + cut.others).sums).map(listener)
    }

    private func listener(_ listener: ListenerState) -> [String] {
        let queues = [listener.accept, listener.syn].flatMap { ["\($0.usage)", "\($0.limit)", "\($0.full)"] }
        return [
            listener.place?.addressText ?? "others", listener.place.map { "\($0.port)" } ?? "",
            listener.type.attributeValue,
            "\(listener.count)",
        ] + queues + [snapshot.containers[listener.cgroup] ?? "", listener.cgroup == 0 ? "" : "\(listener.cgroup)"]
    }

    /// A field, in quotes if it has a special character.
    static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
