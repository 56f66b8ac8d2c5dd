import Foundation
import Testing

extension PeerIntegrationTests {
    /// The agent's metrics about itself, in a real Collector and compared with the kernel's own count.
    @Suite struct SelfMetricsTests {
        @Test(.enabled(if: Executable.canTestCollector, "skipped: no otelcol"))
        func `the agent's own metrics are a second resource of the request (conformance 109, 110, 113)`() throws {
            let traffic = try Traffic()
            var collector = try Collector(in: traffic)
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "200ms"],
                in: traffic,
                environment: ["OTEL_EXPORTER_OTLP_TIMEOUT": "300"]
            )
            let exported = "otel.sdk.exporter.metric_data_point.exported"
            let account = try eventually("a second export") {
                collector.report.accounts.dropLast().first { $0[exported]?.points.first?.fields["Value"] != "0" }
            }
            let machine = try #require(collector.report.exports.first)
            var attributes = account.resource
            #expect(attributes.removeValue(forKey: "process.pid") == "Int(\(agent.processIdentifier))")
            // Two resources are two instances (semantic conventions, `service.instance.id`).
            let instance = attributes.removeValue(forKey: "service.instance.id")
            var others = machine.resource
            #expect(others.removeValue(forKey: "service.instance.id") != instance)
            #expect(attributes == others)
            #expect(account.fields == machine.fields)
            #expect(account.fields["InstrumentationScope"]?.hasPrefix("tcplens ") == true)
            for schema in ["Resource SchemaURL", "ScopeMetrics SchemaURL"] {
                #expect(account.fields[schema]?.hasPrefix("https://opentelemetry.io/schemas/") == true)
            }

            let point = try #require(account[exported]?.points.first)
            #expect(account[exported]?.descriptor["IsMonotonic"] == "true")
            #expect(point.string("otel.component.name") == "otlp_http_metric_exporter/0")
            #expect(point.string("otel.component.type") == "otlp_http_metric_exporter")
            #expect(point.string("server.address") == "localhost")
            #expect(point.attributes["server.port"] == "Int(4318)")
            let operation = try #require(account["otel.sdk.exporter.operation.duration"]?.points.first)
            #expect(operation.attributes["http.response.status_code"] == "Int(200)")
            #expect(account["otel.sdk.metric_reader.collection.duration"]?.points.isEmpty == false)
            #expect(account["process.cpu.time"]?.points.count == 2)
            #expect(account["process.memory.usage"]?.descriptor["Unit"] == "By")
            #expect(account["tcplens.lost_events"] != nil && account["tcplens.stock.drift"] != nil)
            #expect(machine["tcplens.lost_events"] == nil)

            // The failures arrive when exports work again.
            collector.kill()
            _ = try eventually("the agent to notice") { agent.error.contains("cannot export") ? true : nil }
            collector = try Collector(in: traffic)
            _ = try eventually("failed exports to be reported") {
                collector.report.accounts.first { account in
                    let points = account["otel.sdk.exporter.operation.duration"]?.points ?? []
                    return points.contains { !$0.string("error.type").isEmpty }
                }
            }
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"))
        func `runs of programs are exported if the kernel counts them`() throws {
            func report() throws -> ConsoleReport {
                let traffic = try Traffic()
                let agent = try Agent(in: traffic)
                try traffic("listen 4 7001 128", "connect a 4 7001 7", "close a client", "close a server")
                try traffic.settle()
                return try agent.end()
            }
            let setting = "/proc/sys/kernel/bpf_stats_enabled"
            let before = try String(contentsOfFile: setting, encoding: .utf8)
            defer { try? before.write(toFile: setting, atomically: false, encoding: .utf8) }
            try "0".write(toFile: setting, atomically: false, encoding: .utf8)
            #expect(try report().count("tcplens.bpf.program.runs") == 0)
            try "1".write(toFile: setting, atomically: false, encoding: .utf8)
            let counted = try report()
            #expect(counted.count("tcplens.bpf.program.runs") == 8)
            #expect(counted.count("tcplens.bpf.program.time") == 8)
            // Both ends of seven connections, from SYN to the end.
            #expect(counted.sum("tcplens.bpf.program.runs", "tcplens.bpf.program=follow_connection") >= 7 * 9)
        }
    }
}
