import Metrics
import TestSupport
import Testing

@testable import PrometheusExport

/// A scrape with several resources.
@Suite struct WorkloadScrapeTests {
    private let host: Attributes = ["host.name": "h", "service.name": "tcplens", "service.instance.id": "0"]

    private func resource(_ attributes: Attributes, _ value: Int64) -> ResourceMetrics {
        let gauge = Metric(name: "x", description: "", unit: "", data: .gauge([.sample(.int(value))]))
        return ResourceMetrics(
            resource: Resource(attributes: attributes, schemaURL: ""),
            scopes: [ScopeMetrics(scope: Scope(name: "", version: "", schemaURL: ""), metrics: [gauge])]
        )
    }

    private func lines(_ metrics: [ResourceMetrics]) -> [String] {
        let families = PrometheusFamily.families(of: metrics).families
        let text = PrometheusText(families, target: host, format: .text)
        return String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("x") }
            .map(String.init)
    }

    @Test func `series of workloads have what identifies them as labels, and those of the host do not`() {
        let shop: Attributes = [
            "host.name": "h", "service.name": "shop", "service.namespace": "web", "service.instance.id": "1",
            "container.id": "c1",
        ]
        #expect(
            lines([resource(host, 1), resource(shop, 2)]) == [
                "x 1",
                "x{container_id=\"c1\",service_instance_id=\"1\",service_name=\"shop\",service_namespace=\"web\"} 2",
            ]
        )
    }

    @Test func `a workload that is the agent itself has its name, too`() {
        let agent: Attributes = ["host.name": "h", "service.name": "tcplens", "service.instance.id": "0", "a": "b"]
        #expect(
            lines([resource(host, 1), resource(agent, 2)]) == [
                "x 1", "x{a=\"b\",service_instance_id=\"0\",service_name=\"tcplens\"} 2",
            ]
        )
    }

    @Test func `a thousand replicas of one service are a thousand series`() {
        let replicas = (1...1000).map { number in
            resource(["host.name": "h", "service.name": "shop", "service.instance.id": .string("\(number)")], 1)
        }
        #expect(Set(lines([resource(host, 1)] + replicas)).count == 1001)
    }
}
