import Foundation
import Testing

extension PeerIntegrationTests {
    /// The README's tables of metrics, compared with what arrives at a real Collector.
    @Suite(.enabled(if: Executable.canTestCollector, "skipped: no otelcol")) struct ReadmeTests {
        /// Metrics that exist only in the host's namespace, or with a setting of the machine.
        private static let elsewhere: Set = [
            "tcplens.memory.usage", "tcplens.memory.limit", "tcplens.bpf.program.runs", "tcplens.bpf.program.time",
        ]
        /// Attributes whose values are not a fixed list.
        private static let open: Set = [
            "otel.component.name", "otel.component.type", "server.address", "server.port", "http.response.status_code",
            "network.local.port", "network.peer.port", "tcplens.bpf.program",
        ]

        @Test func `metrics, units, attributes and their values are those of the README's tables`() throws {
            let traffic = try Traffic()
            let collector = try Collector(in: traffic)
            // Changes of state, failures and answers, so that as many metrics as possible have points.
            try traffic("listen 4 7001 128", "connect stay 4 7001 1")
            let options = ["--attributes", "network.local.port,network.peer.port", "--response-time"]
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "200ms"] + options,
                in: traffic
            )
            _ = try eventually("a first export") { collector.report.exports.first }
            try traffic("churn 4 7001 6", "send stay client 10", "drain stay server", "send stay server 10")
            _ = try traffic.ask("dial 4 127.0.0.1 9")
            try traffic.settle()
            let before = collector.report.accounts.count
            _ = try eventually("what came after") { collector.report.accounts.count > before + 2 ? true : nil }
            agent.signal(SIGINT)
            agent.wait()

            let (promised, common) = try Readme.exports()
            let report = collector.report
            let exported = (report.exports + report.accounts).flatMap(\.metrics)
            let names = Set(exported.compactMap { $0.descriptor["Name"] })
            #expect(names.subtracting(promised.keys).isEmpty, "exported and not in the README")
            #expect(Set(promised.keys).subtracting(names).isSubset(of: Self.elsewhere), "in the README only")
            for (name, metrics) in Dictionary(grouping: exported, by: { $0.descriptor["Name"] ?? "" }) {
                guard let metric = promised[name] else { continue }
                #expect(Set(metrics.compactMap { $0.descriptor["Unit"] }) == [metric.unit], "\(name)")
                let points = metrics.flatMap(\.points)
                let keys = Set(points.flatMap(\.attributes.keys))
                // Exports of the agent itself have not failed.
                let mayLack: Set = name.hasPrefix("otel.") ? ["error.type"] : []
                #expect(keys.subtracting(metric.keys).isEmpty, "\(name): exported and not in the README")
                #expect(metric.keys.subtracting(keys).isSubset(of: mayLack), "\(name): in the README only")
                for key in keys where !Self.open.contains(key) {
                    let values = Set(points.filter { $0.attributes[key] != nil }.map { $0.string(key) })
                    let known = metric.values.union(common[key] ?? [])
                    #expect(values.isSubset(of: known), "\(name): \(key)")
                }
            }
        }
    }
}
