import Metrics
import TestSupport
import Testing

@testable import PrometheusExport

@Suite struct PrometheusFamilyTests {
    private func resource(_ attributes: Attributes, _ scope: String, _ metrics: Metric...) -> ResourceMetrics {
        ResourceMetrics(
            resource: Resource(attributes: attributes, schemaURL: ""),
            scopes: [ScopeMetrics(scope: Scope(name: scope, version: "1", schemaURL: "https://x/1"), metrics: metrics)]
        )
    }

    private func gauge(_ name: String, unit: String = "") -> Metric {
        Metric(name: name, description: name, unit: unit, data: .gauge([.sample(.int(1))]))
    }

    private func counter(_ name: String) -> Metric {
        let data = Metric.Data.sum([.sample(.int(1))], .cumulative, isMonotonic: true)
        return Metric(name: name, description: name, unit: "", data: data)
    }

    private func histogram(_ name: String) -> Metric {
        let point = HistogramDataPoint(
            attributes: [:],
            start: .unknown,
            time: .unknown,
            count: 0,
            sum: 0,
            bucketCounts: [0],
            explicitBounds: []
        )
        return Metric(name: name, description: name, unit: "", data: .histogram([point], .cumulative))
    }

    @Test func `a name is one family, wherever its points come from`() {
        let (families, omissions) = PrometheusFamily.families(of: [
            resource(["a": "1"], "one", gauge("x"), gauge("y")), resource(["a": "1"], "two", gauge("x")),
        ])
        #expect(families.map(\.name) == ["x", "y"])
        #expect(families.first?.parts.map { $0.labels.first?.value } == ["one", "two"])
        #expect(omissions.isEmpty)
    }

    @Test(arguments: [
        ("x", "x.y"), ("x", "x"), ("x", "x_total"), ("x", "x_created"),
    ])
    func `what Prometheus would refuse is left out and said`(name: String, other: String) {
        let metrics = resource([:], "", counter(name), gauge(other))
        let (families, omissions) = PrometheusFamily.families(of: [metrics])
        let isFine = other == "x.y"
        #expect(families.count == (isFine ? 2 : 1))
        #expect(omissions.count == (isFine ? 0 : 1))
        #expect(isFine || omissions.first?.contains(other) == true)
    }

    @Test(arguments: ["h_count", "h_sum", "h_bucket", "h_created", "h", "target.info", "target"])
    func `the samples of a histogram and of the target are nobody else's`(name: String) {
        let (families, omissions) = PrometheusFamily.families(of: [resource([:], "", histogram("h"), gauge(name))])
        #expect(families.map(\.name) == ["h"])
        #expect(omissions.count == 1)
    }

    @Test func `the scope is on every point, with its conventions`() {
        let (families, _) = PrometheusFamily.families(of: [resource([:], "s", gauge("x"))])
        #expect(
            families.first?.parts.first?.labels == [
                PrometheusLabel(name: "otel_scope_name", value: "s"),
                PrometheusLabel(name: "otel_scope_schema_url", value: "https://x/1"),
                PrometheusLabel(name: "otel_scope_version", value: "1"),
            ]
        )
    }

    @Test func `a further resource has what makes it another one as labels, but for the process`() {
        let (families, _) = PrometheusFamily.families(of: [
            resource(["host.name": "h", "container.id": "0"], "", gauge("x")),
            resource(["host.name": "h", "container.id": "1", "process.pid": 7], "", gauge("x")),
        ])
        let names = families.first?.parts.map { $0.labels.filter { !$0.name.hasPrefix("otel_") } }
        #expect(names == [[], [PrometheusLabel(name: "container_id", value: "1")]])
    }

    @Test func `the agent's own instance makes no series, and a container's does`() {
        let instance = "service.instance.id"
        let (families, _) = PrometheusFamily.families(of: [
            resource([instance: "a"], "", gauge("x")),
            resource([instance: "b", "process.pid": 7], "", gauge("y")),
            resource([instance: "c"], "", gauge("z")),
        ])
        let labels = families.map { $0.parts.flatMap { $0.labels.map(\.name).filter { !$0.hasPrefix("otel_") } } }
        #expect(labels == [[], [], ["service_instance_id"]])
    }

    @Test func `a metric without points is no family`() {
        let empty = Metric(name: "x", description: "", unit: "", data: .gauge([]))
        #expect(PrometheusFamily.families(of: [resource([:], "", empty)]).families.isEmpty)
    }
}
