/// What a backend says about sockets.
extension SocketTable {
    /// Reads the rows of `system_network_connection_count`.
    init(_ rows: [QueryRow]) {
        for row in rows {
            add(row.labels["network_connection_state"] ?? "", row.labels["network_type"] ?? "", Int(row.value))
        }
    }

    /// Only the sockets over IPv6.
    var ipv6: SocketTable { SocketTable(counts: counts.filter { $0.key.hasSuffix("ipv6") }) }
}
