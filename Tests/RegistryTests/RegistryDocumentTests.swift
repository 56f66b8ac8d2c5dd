import Catalogue
import Registry
import Rendering
import Testing

@Suite struct RegistryDocumentTests {
    private let registry = RegistryDocument()

    @Test func `every metric of the catalogue is there, and says what it is for`() {
        #expect(registry.metrics.map(\.name) == Catalogue.all.map(\.name))
        for metric in registry.metrics {
            #expect(metric.question.hasSuffix("?"), "\(metric.name)")
            #expect(metric.description.hasSuffix("."), "\(metric.name)")
            #expect(!metric.unit.isEmpty && !metric.prometheus.isEmpty)
        }
        #expect(Set(registry.metrics.map(\.prometheus)).count == registry.metrics.count)
        #expect(Set(registry.metrics.map(\.question)).count == registry.metrics.count)
    }

    @Test func `every attribute says what it means`() {
        for attribute in registry.metrics.flatMap(\.attributes) {
            #expect(!attribute.description.isEmpty, "\(attribute.key)")
            #expect(!attribute.description.hasSuffix("."), "\(attribute.key)")
        }
    }

    @Test(arguments: [
        ("tcplens.retransmits", "tcplens_retransmits_total"), ("tcplens.rtt", "tcplens_rtt_seconds"),
        ("system.network.connection.count", "system_network_connection_count"),
        ("tcplens.connection.io", "tcplens_connection_io_bytes_total"),
        ("tcplens.connection.state.age", "tcplens_connection_state_age_seconds"),
    ])
    func `names in Prometheus`(name: String, expected: String) throws {
        let metric = try #require(registry.metrics.first { $0.name == name })
        #expect(metric.prometheus == expected)
    }

    @Test func `what belongs to the namespace or the agent is not of each workload`() {
        let shared = registry.metrics.filter { !$0.perWorkload }.map(\.name)
        for name in ["tcplens.segments", "tcplens.memory.limit", "tcplens.lost_events", "process.cpu.time"] {
            #expect(shared.contains(name))
        }
        #expect(!shared.contains("tcplens.retransmits"))
        #expect(registry.metrics.filter { $0.scope == "agent" }.allSatisfy { !$0.perWorkload })
    }

    @Test func `the table has a line for each metric`() {
        let lines = registry.table(OutputStyle()).split(separator: "\n")
        #expect(lines.count == registry.metrics.count + 1)
        #expect(lines[0].hasPrefix("METRIC"))
    }

    @Test(arguments: ["tcplens.rtt", "tcplens_rtt_seconds", "tcplens_rtt_seconds_bucket", "tcplens_rtt_seconds_sum"])
    func `a metric is found by each of its names`(name: String) throws {
        let text = try #require(registry.details(of: name))
        #expect(text.hasPrefix("tcplens.rtt\n"))
        #expect(text.contains("tcplens_rtt_seconds_bucket, tcplens_rtt_seconds_count"))
        #expect(text.contains("ipv4, ipv6"))
    }

    @Test func `other names are not found`() {
        for name in ["", "rtt", "tcplens_rtt_seconds_total", "TCPLENS.RTT"] {
            #expect(registry.details(of: name) == nil)
        }
    }
}
