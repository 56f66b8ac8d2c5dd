import Foundation
import Testing

/// The complete path from the kernel to a real Collector.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.canTestCollector, "skipped: no otelcol")) struct CollectorTests {
        @Test func `names, units, temporality, scope and resource arrive as in the catalogue (conformance 87)`() throws
        {
            let traffic = try Traffic()
            let collector = try Collector(in: traffic)
            let environment = [
                "OTEL_EXPORTER_OTLP_ENDPOINT": Collector.endpoint, "OTEL_RESOURCE_ATTRIBUTES": "team=core",
                "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            ]
            let result = try run([Executable.tcplens, "run", "--once"], in: traffic, environment: environment)
            #expect(result.status == 0, "\(result.error)")
            let export = try eventually("an export") { collector.report.exports.first }

            let count = try #require(export["system.network.connection.count"])
            #expect(count.descriptor["Unit"] == "{connection}")
            #expect(count.descriptor["DataType"] == "Sum")
            #expect(count.descriptor["IsMonotonic"] == "false")
            #expect(count.descriptor["AggregationTemporality"] == "Cumulative")
            #expect(count.points.count == 20, "every state but closed, in both types, zeros included")
            #expect(count.points.allSatisfy { $0.string("network.transport") == "tcp" })

            #expect(export.fields["InstrumentationScope"] == "tcplens 0.1.0")
            #expect(export.fields["Resource SchemaURL"] == "https://opentelemetry.io/schemas/1.44.0")
            #expect(export.fields["ScopeMetrics SchemaURL"] == "https://opentelemetry.io/schemas/1.44.0")
            let hostname = try run(["hostname"]).output.split(separator: "\n").first.map(String.init) ?? ""
            #expect(export.resource["service.name"] == "Str(tcplens)")
            #expect(export.resource["host.name"] == "Str(\(hostname))")
            #expect(export.resource["team"] == "Str(core)")
            #expect(export.resource["telemetry.sdk.language"] == "Str(swift)")
        }

        @Test func `transitions are counted, monotonic and cumulative (conformance 80, 89)`() throws {
            let traffic = try Traffic()
            let collector = try Collector(in: traffic)
            let agent = try RunningProcess([Executable.tcplens, "run", "--interval", "200ms"], in: traffic)
            _ = try eventually("a first export") { collector.report.exports.first }
            try traffic(
                "listen 4 7001 128",
                "listen m 7002 128",
                "connect a 4 7001 7",
                "close a client",
                "close a server",
                "connect b m 7002 3",
                "reset b client"
            )
            try traffic.settle()
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0, "\(agent.error)")
            let exports = collector.report.exports
            let transitions = try #require(exports.last?["tcplens.connection.transitions"])
            #expect(transitions.descriptor["Unit"] == "{transition}")
            #expect(transitions.descriptor["IsMonotonic"] == "true")
            #expect(transitions.descriptor["AggregationTemporality"] == "Cumulative")

            var counts: [String: Int] = [:]
            for point in transitions.points {
                let states = [
                    point.string("tcplens.connection.state.previous"), point.string("network.connection.state"),
                ]
                counts[states.joined(separator: ">"), default: 0] += point.fields["Value"].flatMap { Int($0) } ?? 0
            }
            // The exporter's own connection to the Collector opens once: 7 + 3 + 1.
            #expect(counts["closed>syn_sent"] == 11)
            #expect(counts["syn_sent>established"] == 11)
            #expect(counts["closed>listen"] == 2)
            #expect(counts["established>fin_wait_1"] == 7)
            #expect(counts["close_wait>last_ack"] == 7)

            // All points of all exports have the same start.
            let points = exports.flatMap { $0["tcplens.connection.transitions"]?.points ?? [] }
            #expect(Set(points.map { $0.fields["StartTimestamp"] }).count == 1)
        }

        @Test func `a Collector that comes back gets everything, also of the time between`() throws {
            let traffic = try Traffic()
            var collector = try Collector(in: traffic)
            let environment = ["OTEL_EXPORTER_OTLP_TIMEOUT": "300", "OTEL_METRICS_EXPORTER": "otlp,console"]
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "200ms"],
                in: traffic,
                environment: environment
            )
            let count = "system.network.connection.count"
            func collections() -> Int {
                agent.output.split(separator: "\n").filter { $0.hasPrefix("\(count)  ") }.count
            }
            _ = try eventually("a first export") { collector.report.exports.first }
            collector.kill()
            let before = collector.report
            _ = try eventually("the agent to notice") { agent.error.contains("cannot export") ? true : nil }
            try traffic("listen 4 7001 128", "connect a 4 7001 5")
            // Each of these exports fails.
            let collected = collections()
            _ = try eventually("more collections") { collections() >= collected + 5 ? true : nil }
            collector = try Collector(in: traffic)
            _ = try eventually("the agent to say so") { agent.error.contains("works again") ? true : nil }
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
            #expect(agent.error.contains("nothing was lost"), "\(agent.error)")
            let after = collector.report
            #expect(after.exports.last.map { SocketTable($0).counts["established ipv4"] ?? 0 } ?? 0 >= 10)
            // All that was collected, according to the console exporter, has arrived with its own time.
            let times = (before.exports + after.exports).compactMap { $0[count]?.points.first?.fields["Timestamp"] }
            #expect(Set(times).count == collections())
            #expect(times == times.sorted(), "in their order")
            let complaints = agent.error.split(separator: "\n").filter { $0.contains("cannot export") }
            #expect(complaints.count == 1, "an outage is logged once: \(agent.error)")
        }

        @Test func `the shipped configurations are taken by the Collector, and by tcplens`() throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let folder = root.appending(path: "otel-collector-config")
            let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "yaml" }
            #expect(!files.isEmpty)
            let collector = try #require(Executable.collector)
            // Its own tests check what only the contrib Collector knows.
            for file in files where !file.lastPathComponent.hasPrefix("contrib-") {
                let path = file.path(percentEncoded: false)
                let isOurs = file.lastPathComponent == "tcplens.yaml"
                let result = try run(
                    isOurs
                        ? [Executable.tcplens, "run", "--print-config", "--config", path]
                        : [collector, "validate", "--config", path],
                    environment: [
                        "BACKEND_ENDPOINT": "http://localhost:4319", "TLS_CERT_FILE": "a", "TLS_KEY_FILE": "b",
                    ]
                )
                #expect(result.status == 0, "\(file.lastPathComponent): \(result.error)")
            }
        }
    }
}
