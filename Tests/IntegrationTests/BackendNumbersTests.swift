import Foundation
import Testing

extension IntegrationTests {
    /// The numbers of a steady, known set of sockets, in each backend and by each way to it.
    @Suite(.enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"))
    struct BackendNumbersTests {
        /// Sockets over IPv6 in every state that stays for a while; nothing else of the test uses IPv6.
        private func makeSockets(in traffic: Traffic) throws {
            for port in 7001...7004 { try traffic("listen 6 \(port) \(port == 7004 ? 4 : 128)") }
            try traffic("connect a 6 7001 25", "connect b 6 7002 10", "connect c 6 7001 5", "shutdown c client")
            // FINs and their acknowledgements do not arrive any more.
            try traffic("connect d 6 7003 3", "connect e 6 7003 2")
            try traffic.drop("tcp sport 7003")
            try traffic("shutdown d client", "shutdown e client", "close e server")
            // Five wait in the queue, and the others try again; half-open ones miss the third segment.
            try traffic("knock f 6 7004 8")
            try traffic("listen 6 7005 128")
            try traffic.drop("tcp dport 7005 tcp flags & (syn | ack) == ack")
            try traffic("knock g 6 7005 4")
            // The end that closes first goes into TIME_WAIT, which lasts for a minute.
            try traffic("connect h 6 7002 11", "close h server", "close h client")
            _ = try eventually("the sockets to be in their states") {
                let counts = try SocketTable.ss(in: traffic).counts
                return counts["time_wait ipv6"] == 11 && counts["syn_received ipv6"] == 4
                    && counts["fin_wait_1 ipv6"] == 5 && counts["last_ack ipv6"] == 2 ? true : nil
            }
        }

        @Test(arguments: Backend.Kind.here)
        func `the numbers are those of ss, after translation`(kind: Backend.Kind) throws {
            let traffic = try Traffic()
            let backend = try Backend(kind, in: traffic)
            let collector = try backend.endpoint.map { endpoint in
                let name = kind == .receiving ? "prometheus" : "node"
                return try ShippedCollector(name, in: traffic, ["BACKEND_ENDPOINT": endpoint])
            }
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "500ms"],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": collector == nil ? "prometheus" : "otlp"]
            )
            _ = try eventually("a first collection") { try backend.rows("tcplens_handshakes_total").first }
            try makeSockets(in: traffic)

            var (shown, expected) = (SocketTable(), SocketTable())
            do {
                _ = try eventually("the numbers of ss") {
                    expected = try SocketTable.ss(in: traffic).ipv6
                    shown = SocketTable(try backend.rows("system_network_connection_count")).ipv6
                    return shown == expected ? true : nil
                }
            } catch let timeout as Timeout {
                throw Timeout(description: "\(timeout): \(expected); in the backend \(shown)")
            }
            let states = Set(expected.counts.keys.map { $0.split(separator: " ").first.map(String.init) ?? "" })
            let steady = ["established", "syn_sent", "syn_received", "fin_wait_1", "fin_wait_2", "time_wait"]
            #expect(states == Set(steady + ["close_wait", "last_ack", "listen"]), "\(expected)")
            let rows = try backend.rows(#"system_network_connection_count{network_type="ipv6"}"#)
            #expect(rows.count == 10, "each state has one row, zeros included")

            // The queues of each listener: Recv-Q and Send-Q.
            let listeners = try run(["ss", "-Htln6", "sport", "<", "8000"], in: traffic).output.split(separator: "\n")
            #expect(listeners.count == 5)
            for line in listeners {
                let columns = line.split(separator: " ")
                let port = columns[3].split(separator: ":").last ?? ""
                for (name, column) in [("usage", 1), ("limit", 2)] {
                    let metric = "tcplens_listener_accept_queue_\(name){network_local_port=\"\(port)\"}"
                    #expect(try backend.rows(metric).map(\.value) == [Double(columns[column])], "\(metric)")
                }
            }
            // What happened, as the test knows it.
            let server = #"tcplens_connection_role="server",network_type="ipv6",error_type="""#
            let finished = try backend.rows("tcplens_handshakes_total{\(server)}").map(\.value)
            #expect(finished == [25 + 10 + 5 + 3 + 2 + 5 + 11])
            #expect(backend.complaints.isEmpty, "\(backend.complaints)")
            withExtendedLifetime((agent, collector)) {}
        }
    }
}
