import Foundation
import Testing

extension PeerIntegrationTests {
    /// Scrapes by hand, with promtool, and by a real Prometheus.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct PrometheusTests {
        private static let address = "127.0.0.1:9464"
        private static let openMetrics = "Accept: application/openmetrics-text;version=1.0.0"

        /// Starts an agent that waits to be scraped in the namespace of `traffic`.
        private func agent(in traffic: Traffic, interval: String = "1h", _ more: [String: String] = [:]) throws
            -> RunningProcess
        {
            let environment = ["OTEL_METRICS_EXPORTER": "prometheus"].merging(more) { $1 }
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", interval],
                in: traffic,
                environment: environment
            )
            _ = try eventually("the agent to listen") {
                agent.error.contains("metrics for Prometheus are served") ? true : nil
            }
            return agent
        }

        private func scrape(in traffic: Traffic, _ options: String...) throws -> String {
            let accept = options.first ?? "Accept: */*"
            let answer = try get("http://\(Self.address)/metrics", in: traffic, "--header", accept)
            #expect(answer.status == 200)
            return answer.body
        }

        /// Makes and ends connections over IPv6, which scrapes do not use.
        private func makeTraffic(_ traffic: Traffic) throws {
            try traffic("listen 6 7001 128", "connect a 6 7001 7", "send a client 100", "drain a server")
            try traffic(
                "close a client",
                "close a server",
                "connect b 6 7001 5",
                "reset b client",
                "connect c 6 7001 3"
            )
            try traffic.settle()
        }

        @Test func `a scrape shows what there is now, and nothing is exported on a schedule`() throws {
            let traffic = try Traffic()
            let agent = try agent(in: traffic, interval: "200ms")
            try makeTraffic(traffic)
            let established =
                #"network_connection_state="established",network_transport="tcp",network_type="ipv6""#
            func count() throws -> Double? {
                PrometheusSamples(exposition: try scrape(in: traffic))
                    .containing("system_network_connection_count{\(established)").values.first
            }
            #expect(try count() == 6)
            try traffic("connect d 6 7001 2")
            try traffic.settle()
            #expect(try count() == 10, "each scrape is a collection of its own")
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
            #expect(!agent.error.contains("cannot export"), "\(agent.error)")
        }

        @Test(.enabled(if: Executable.canTestBackends, "skipped: no promtool"))
        func `promtool objects to one name only, which is the conventions'`() throws {
            let promtool = try #require(Executable.backend("promtool"))
            let traffic = try Traffic()
            let agent = try agent(in: traffic)
            try makeTraffic(traffic)
            // Twice, so that the agent's metrics about the first scrape exist.
            _ = try scrape(in: traffic)
            let command = "curl --silent http://\(Self.address)/metrics | \(promtool) check metrics"
            let result = try run(["sh", "-c", command], in: traffic)
            let complaints = (result.output + result.error).split(separator: "\n").map(String.init)
            // The specification translates `system.network.connection.count` to this name, and so does a Collector.
            #expect(
                complaints == [
                    "system_network_connection_count non-histogram and non-summary metrics should not have "
                        + "\"_count\" suffix"
                ]
            )
            withExtendedLifetime(agent) {}
        }

        @Test(.enabled(if: Executable.canTestBackends, "skipped: no prometheus"), arguments: ["", "exponential"])
        func `a real Prometheus has the values that were exported`(aggregation: String) throws {
            let traffic = try Traffic()
            let form = aggregation.isEmpty ? "explicit_bucket_histogram" : "base2_exponential_bucket_histogram"
            let agent = try agent(
                in: traffic,
                [
                    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": form,
                    "TCPLENS_PROMETHEUS_CREATED": "true",
                ]
            )
            let prometheus = try PrometheusServer(scraping: Self.address, in: traffic)
            try makeTraffic(traffic)
            // The round-trip times of live connections are sampled at each scrape; no other metric of IPv6 changes.
            try traffic("close c client", "close c server")
            try traffic.settle()
            let ipv6 = #"network_type="ipv6""#
            var (exported, stored): ([String: Double], [String: Double]) = ([:], [:])
            _ = try eventually("Prometheus to have scraped it") {
                exported = PrometheusSamples(exposition: try scrape(in: traffic, Self.openMetrics)).containing(ipv6)
                stored = try prometheus.query("{\(ipv6)}").values
                return exported == stored ? true : nil
            }
            #expect(exported.count > 100)
            let role = #"tcplens_connection_role="server""#
            func value(_ name: String) -> Double? {
                stored.first {
                    $0.key.hasPrefix("\(name){") && $0.key.contains(role) && !$0.key.contains("error_type")
                }?.value
            }
            #expect(value("tcplens_handshakes_total") == 15)
            #expect(value("tcplens_handshake_duration_seconds_count") == 15)
            #expect(value("tcplens_connection_duration_seconds_count") == 15)
            #expect(stored.keys.contains { $0.hasPrefix("tcplens_handshakes_created{") })
            #expect(try prometheus.query("up").values.values.map(\.self) == [1])
            let target = try prometheus.query("target_info").values
            #expect(target.count == 1)
            #expect(target.keys.first?.contains(#"service_name="tcplens""#) == true)
            #expect(target.keys.first?.contains("process_pid") == false)
            #expect(try prometheus.query("process_memory_usage_bytes").values.values.first ?? 0 > 1e6)
            #expect(prometheus.complaints.isEmpty, "\(prometheus.complaints)")
            withExtendedLifetime(agent) {}
        }

        @Test func `scrapes and exports go on beside each other`() throws {
            let traffic = try Traffic()
            let agent = try agent(in: traffic, interval: "50ms", ["OTEL_METRICS_EXPORTER": "console,prometheus"])
            try makeTraffic(traffic)
            for _ in 0..<20 { #expect(try !scrape(in: traffic).isEmpty) }
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
            let report = ConsoleReport(agent.output)
            #expect(report.sum("tcplens.handshakes", "tcplens.connection.role=server", "network.type=ipv6") == 15)
            let scraped = report.sum(
                "otel.sdk.exporter.metric_data_point.exported",
                "otel.component.type=prometheus_http_text_metric_exporter"
            )
            #expect(scraped > 20 * 100)
        }

        @Test func `requests that a scrape can't satisfy are answered`() throws {
            let traffic = try Traffic()
            let agent = try agent(in: traffic)
            let base = "http://\(Self.address)"
            #expect(try get("\(base)/", in: traffic).body.contains("/metrics"))
            #expect(try get("\(base)/nothing", in: traffic).status == 404)
            #expect(try get("\(base)/metrics", in: traffic, "--request", "POST").status == 405)
            #expect(
                try get("\(base)/metrics", in: traffic, "--data", String(repeating: "x", count: 5000)).status == 413
            )
            #expect(try get("\(base)/metrics?name[]=up", in: traffic, "--globoff", "--head").status == 200)
            let compressed = try get("\(base)/metrics", in: traffic, "--compressed", "--header", Self.openMetrics)
            #expect(compressed.body.hasSuffix("# EOF\n"))
            #expect(agent.error.split(separator: "\n").allSatisfy { $0.contains(" info ") }, "\(agent.error)")
        }

        @Test func `an address in use ends it with 1`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 9464 128", "listen 4 8080 128")
            let scraped = try run(
                [Executable.tcplens, "run"],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "prometheus"]
            )
            #expect(scraped.status == 1)
            #expect(scraped.error.contains("cannot listen on 127.0.0.1:9464: another process listens there"))
            #expect(scraped.error.contains("OTEL_EXPORTER_PROMETHEUS_PORT"))
            let watched = try run(
                [Executable.tcplens, "run", "--health", "127.0.0.1:8080"],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "none"]
            )
            #expect(watched.status == 1)
            #expect(watched.error.contains("cannot listen on 127.0.0.1:8080"))
        }

        @Test func `a new address is used, and one that is in use is refused`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 9466 128")
            let file = URL(filePath: NSTemporaryDirectory()).appending(path: "tcplens-\(UUID().uuidString).yaml")
            defer { try? FileManager.default.removeItem(at: file) }
            func configure(port: Int) throws {
                try """
                file_format: "1.1"
                meter_provider:
                  readers:
                    - pull:
                        exporter:
                          prometheus/development:
                            host: 127.0.0.1
                            port: \(port)
                """.write(to: file, atomically: true, encoding: .utf8)
            }
            func status(port: Int) throws -> Int { try get("http://127.0.0.1:\(port)/metrics", in: traffic).status }
            try configure(port: 9464)
            let agent = try agent(in: traffic, ["OTEL_CONFIG_FILE": file.path(percentEncoded: false)])
            #expect(try status(port: 9464) == 200)
            try configure(port: 9465)
            agent.signal(SIGHUP)
            _ = try eventually("the agent to go over") { try status(port: 9465) == 200 ? true : nil }
            #expect(try status(port: 9464) == 0)
            try configure(port: 9466)
            agent.signal(SIGHUP)
            _ = try eventually("the agent to refuse it") {
                agent.error.contains("configuration was refused") ? true : nil
            }
            #expect(agent.error.contains("cannot listen on 127.0.0.1:9466"))
            #expect(try status(port: 9465) == 200)
        }

        @Test func `a single export does not wait for a scrape`() throws {
            let result = try run(
                [Executable.tcplens, "run", "--once"],
                environment: ["OTEL_METRICS_EXPORTER": "prometheus"]
            )
            #expect(result.status == 2)
            #expect(result.error.contains("--once has nowhere to export to"))
        }
    }
}
