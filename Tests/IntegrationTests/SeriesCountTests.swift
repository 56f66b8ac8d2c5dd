import Foundation
import Testing

/// How many series of an agent a backend has to store.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct SeriesCountTests {
        /// The most series that an agent with default options may have after it has seen everything.
        private static let limit = 500

        @Test func `an agent that has seen both protocols, roles and all states is 500 series at most`() throws {
            let traffic = try Traffic()
            try traffic.configure(["ip", "address", "add", "198.51.100.1/24", "dev", "lo"])
            try traffic.configure(["ip", "route", "add", "default", "dev", "lo"])
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "1h"],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "prometheus"]
            )
            _ = try eventually("the agent to listen") {
                agent.error.contains("metrics for Prometheus are served") ? true : nil
            }
            for (type, port) in [("4", 7001), ("6", 7002)] {
                try traffic("listen \(type) \(port) 128", "listen \(type) \(port + 10) 128")
                func connect(_ group: String) throws { try traffic("connect \(group)\(type) \(type) \(port) 2") }
                // Connections that the client closes first or the server, that are reset or half-closed, and that stay.
                try connect("a")
                try traffic("send a\(type) client 100", "drain a\(type) server", "send a\(type) server 50")
                try traffic("close a\(type) client", "close a\(type) server")
                try connect("b")
                try traffic("close b\(type) server", "close b\(type) client")
                try connect("c")
                try traffic("reset c\(type) client")
                try connect("d")
                try traffic("reset d\(type) server")
                try connect("e")
                try traffic("shutdown e\(type) client", "shutdown e\(type) server", "close e\(type) server")
                try connect("f")
                try traffic("shutdown f\(type) client", "close f\(type) client")
                try connect("g")
                #expect(try traffic.ask("dial \(type) \(type == "4" ? "127.0.0.1" : "::1") 9") == "ok 111")
                try traffic("unlisten \(port + 10)")
            }
            try traffic("cross 20000 2", "syn 7001 2")
            try traffic.settle()
            // Twice, so that the agent's metrics about the first scrape exist.
            var lines: [Substring] = []
            for accept in ["text/plain", "application/openmetrics-text;version=1.0.0"] {
                let scrape = try get("http://127.0.0.1:9464/metrics", in: traffic, "--header", "Accept: \(accept)")
                lines = scrape.body.split(separator: "\n").filter { !$0.hasPrefix("#") }
            }
            func count(_ text: String) -> Int { lines.count { $0.contains(text) } }
            let names = lines.map { $0.prefix { $0 != "{" && $0 != " " } }
            let counts = Dictionary(grouping: names, by: \.self).mapValues(\.count)
            #expect(lines.count <= Self.limit, "\(lines.count): \(counts.sorted { $0.value > $1.value })")
            // The agent has seen everything; otherwise the count would mean nothing.
            #expect(count("tcplens_connection_duration_seconds_count{") == 4)
            #expect(count("tcplens_handshake_duration_seconds_count{") == 4)
            #expect(count("tcplens_rtt_seconds_count{") == 2)
            #expect(count("tcplens_connection_state_duration_seconds_count{") >= 7)
            #expect(count("tcplens_connection_transitions_total{") >= 25)
            #expect(count("_created") == 0)
            withExtendedLifetime(agent) {}
        }
    }
}
