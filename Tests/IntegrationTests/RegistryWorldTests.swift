import Foundation
import Registry
import Testing

extension PeerIntegrationTests {
    /// What arrives in a backend while real faults happen is what the registry declares, and all of that arrives.
    @Suite(.enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"))
    struct RegistryWorldTests {
        private static let registry = RegistryDocument()
        /// What a backend adds to a series, or the scope and the resource.
        private static let others: Set = ["__name__", "le", "vmrange", "job", "instance"]

        /// All series of an agent that has seen each fault.
        private func world() throws -> [[String: String]] {
            let statistics = try String(contentsOfFile: "/proc/sys/kernel/bpf_stats_enabled", encoding: .utf8)
            defer { _ = try? run(["sysctl", "-qw", "kernel.bpf_stats_enabled=\(statistics)"]) }
            _ = try run(["sysctl", "-qw", "kernel.bpf_stats_enabled=1"])
            let unusual = try UnusualTraffic()
            try TriageFault.prepare(unusual)
            let backend = try VictoriaMetrics(in: unusual.traffic, "-opentelemetry.usePrometheusNaming")
            let collector = try Collector(in: unusual.traffic, .init(next: VictoriaMetrics.endpoint))
            let options = ["--interval", "1s", "--attributes", "network.local.port,network.peer.port"]
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--response-time"] + options,
                in: unusual.traffic
            )
            let service = try unusual.hold("answering")
            for fault in TriageFault.all {
                let held = try fault.start(in: unusual)
                for _ in 0..<8 {
                    try fault.goOn(unusual)
                    Thread.sleep(forTimeInterval: 0.25)
                }
                held?.end()
                try fault.end(unusual)
            }
            service.end()
            agent.signal(SIGTERM)
            agent.wait()
            defer { withExtendedLifetime(collector) {} }
            return try eventually("the last export") {
                let series = try backend.rows("last_over_time({__name__!=\"\"}[1h]) keep_metric_names").map(\.labels)
                return series.contains { $0["__name__"] == "tcplens_response_duration_seconds_bucket" } ? series : nil
            }
        }

        @Test func `the world is closed, both ways`() throws {
            let world = try world()
            let resource = Set(Self.registry.resource.map(\.prometheus))
            var seen: Set<String> = []
            for series in world {
                let name = series["__name__"] ?? ""
                guard let metric = Self.registry.metrics.first(where: { $0.samples.contains(name) }) else {
                    Issue.record("\(name) is not declared")
                    continue
                }
                seen.insert(metric.name)
                for (label, value) in series where !Self.others.contains(label) && !resource.contains(label) {
                    guard let attribute = metric.attributes.first(where: { $0.prometheus == label }) else {
                        if !label.hasPrefix("otel_scope_"), !label.hasPrefix("scope_") {
                            Issue.record("\(metric.name) has the label \(label), which is not declared")
                        }
                        continue
                    }
                    #expect(attribute.values?.contains(value) ?? true, "\(metric.name) \(label)=\(value)")
                }
            }
            let missing = Self.registry.metrics.filter { !seen.contains($0.name) }
            // The memory of TCP is the machine's, and so only the first namespace has it.
            #expect(missing.map(\.name) == ["tcplens.memory.usage", "tcplens.memory.limit"])
            #expect(missing.allSatisfy { $0.condition?.hasPrefix("the host's network namespace") == true })
        }
    }
}
