import Foundation

/// How many connections there are by state and type, however they were counted.
struct SocketTable: Equatable, CustomStringConvertible {
    /// The counts by the conventions' names, such as `["established ipv4": 3]`; zeros are left out.
    var counts: [String: Int] = [:]

    /// Adds a connection.
    mutating func add(_ state: String, _ type: String, _ count: Int = 1) {
        guard count != 0 else { return }
        counts["\(state) \(type)", default: 0] += count
    }

    /// Whether no connection is in a state that will soon change by itself.
    var isAtRest: Bool {
        !counts.keys.contains { key in
            ["syn_sent", "fin_wait_1", "last_ack", "closing"].contains { key.hasPrefix($0) }
        }
    }

    var description: String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }
}

extension SocketTable {
    /// The output of `ss -tan` in the namespace of `namespace`, which is independent of tcplens.
    static func ss(in namespace: Traffic) throws -> SocketTable {
        let names = [
            "ESTAB": "established", "SYN-SENT": "syn_sent", "SYN-RECV": "syn_received", "FIN-WAIT-1": "fin_wait_1",
            "FIN-WAIT-2": "fin_wait_2", "TIME-WAIT": "time_wait", "CLOSE-WAIT": "close_wait", "LAST-ACK": "last_ack",
            "LISTEN": "listen", "CLOSING": "closing",
        ]
        var table = SocketTable()
        for line in try run(["ss", "-Htan"], in: namespace).output.split(separator: "\n") {
            let columns = line.split(separator: " ")
            guard columns.count >= 5, let state = names[String(columns[0])] else {
                throw Timeout(description: "a line of ss that the test can't read: \(line)")
            }
            let (local, peer) = (columns[3], columns[4])
            // A listener for both protocols is `*` in ss.
            let isMapped = local.hasPrefix("[::ffff:") || peer.hasPrefix("[::ffff:")
            let isIPv6 = (local.hasPrefix("[") || local.hasPrefix("*")) && !isMapped
            table.add(state, isIPv6 ? "ipv6" : "ipv4")
        }
        return table
    }

    /// The output of `tcplens snapshot --format json` in the namespace of `namespace`.
    static func snapshot(in namespace: Traffic) throws -> SocketTable {
        var table = SocketTable()
        for row in try SnapshotJSON(in: namespace).connections {
            table.add(row.state, row.type, row.count)
        }
        return table
    }

    /// The output of `bpftool map dump` for the `tcp_state_map` of `agent`.
    ///
    /// The map is found by its number, because another agent on the machine would have a map of the same name.
    static func bpftool(_ agent: RunningProcess) throws -> SocketTable {
        struct Element: Decodable {
            struct Formatted: Decodable {
                struct Key: Decodable {
                    var state: String
                    var type: String
                }
                struct Value: Decodable {
                    var sockets: Int
                }
                var key: Key
                var value: Value
            }
            var formatted: Formatted
        }
        struct Found: Decodable {
            var id: Int
            var name: String?
        }
        let maps = try JSONDecoder().decode(
            [Found].self,
            from: Data(run(["bpftool", "--json", "map", "list"]).output.utf8)
        )
        let own = try agent.kernelIdentifiers("map_id")
        let map = maps.first { own.contains($0.id) && $0.name == "tcp_state_map" }
        guard let map else { throw Timeout(description: "the agent has no tcp_state_map") }
        let result = try run(["bpftool", "--json", "map", "dump", "id", "\(map.id)"])
        let elements = try JSONDecoder().decode([Element].self, from: Data(result.output.utf8))
        var table = SocketTable()
        for element in elements {
            let (key, value) = (element.formatted.key, element.formatted.value)
            table.add(try conventional(key.state), key.type.lowercased(), value.sockets)
        }
        return table
    }

    /// The conventions' name for an enumerator of the kernel, such as `fin_wait_1` for `TCP_FIN_WAIT1`.
    private static func conventional(_ kernel: String) throws -> String {
        let name = kernel.dropFirst("TCP_".count).lowercased()
        switch name {
        case "fin_wait1": return "fin_wait_1"
        case "fin_wait2": return "fin_wait_2"
        case "syn_recv": return "syn_received"
        default: return name
        }
    }
}
