import ConsoleExport
import Metrics
import Testing

@testable import Pipeline
@testable import Rendering

@Suite struct SDKMetricsTests {
    private static let start = Timestamp(unixNanoseconds: 1)
    private static let time = Timestamp(unixNanoseconds: 2)
    private let sdk = SDKMetrics(start: Self.start)
    private let exporter = ExporterIdentity.otlpHTTP(host: "collector", port: 4318)
    private let common: Attributes = [
        "otel.component.name": "otlp_http_metric_exporter/0", "otel.component.type": "otlp_http_metric_exporter",
        "server.address": "collector", "server.port": 4318,
    ]

    private func end(_ points: Int, _ outcome: ExportOutcome, after duration: Duration = .seconds(1)) {
        sdk.begin(points, by: exporter)
        sdk.end(points, by: exporter, with: outcome, after: duration)
    }

    private func metric(_ name: String) -> Metric? {
        sdk.metrics(at: Self.time).first { $0.name == name }
    }

    /// The values of a sum, by the attributes that differ between the points of one exporter.
    private func values(_ name: String) -> [Attributes: Number] {
        guard case .sum(let points, .cumulative, _) = metric(name)?.data else { return [:] }
        #expect(points.allSatisfy { $0.start == Self.start && $0.time == Self.time })
        return Dictionary(uniqueKeysWithValues: points.map { ($0.attributes.rest(of: common), $0.value) })
    }

    private var operations: [Attributes: HistogramDataPoint] {
        guard case .histogram(let points, .cumulative) = metric("otel.sdk.exporter.operation.duration")?.data else {
            return [:]
        }
        return Dictionary(uniqueKeysWithValues: points.map { ($0.attributes.rest(of: common), $0) })
    }

    private let exported = "otel.sdk.exporter.metric_data_point.exported"
    private let inFlight = "otel.sdk.exporter.metric_data_point.inflight"

    @Test func `an exporter that has done nothing shows zeros, so that its first export is a change`() {
        sdk.expect(exporter)
        #expect(values(exported) == [[:]: .int(0)])
        #expect(values(inFlight) == [[:]: .int(0)])
        #expect(metric("otel.sdk.exporter.operation.duration") == nil)
    }

    @Test func `points count once an export, successes without and failures with error.type (conformance 113)`() {
        end(7, ExportOutcome(acceptedPoints: 7, attempts: 1, status: 200))
        end(5, ExportOutcome(acceptedPoints: 5, attempts: 3, status: 200))
        end(3, ExportOutcome(droppedPoints: 3, attempts: 1, status: 400, failure: .status(400)))
        end(2, ExportOutcome(droppedPoints: 2, attempts: 4, failure: .transport))
        #expect(
            values(exported) == [
                [:]: .int(12), ["error.type": "400"]: .int(3), ["error.type": "transport"]: .int(2),
            ]
        )
    }

    @Test func `rejected points have failed, and only the others have arrived (conformance 113)`() {
        end(10, ExportOutcome(acceptedPoints: 8, rejectedPoints: 2, attempts: 1, status: 200, failure: .rejected))
        #expect(values(exported) == [[:]: .int(8), ["error.type": "rejected"]: .int(2)])
        let key: Attributes = ["error.type": "rejected", "http.response.status_code": 200]
        #expect(operations[key]?.count == 1, "a partial success is no success of the operation")
    }

    @Test func `points are in flight while they are exported and while an exporter keeps them (conformance 113)`() {
        sdk.begin(7, by: exporter)
        #expect(values(inFlight) == [[:]: .int(7)])
        sdk.end(7, by: exporter, with: ExportOutcome(queuedPoints: 20, failure: .timeout), after: .zero)
        #expect(values(inFlight) == [[:]: .int(20)])
        #expect(values(exported) == [[:]: .int(0)], "they are neither here nor there")
        sdk.begin(7, by: exporter)
        #expect(values(inFlight) == [[:]: .int(27)])
        let outcome = ExportOutcome(acceptedPoints: 24, droppedPoints: 3, failure: .queueFull)
        sdk.end(7, by: exporter, with: outcome, after: .zero)
        #expect(values(inFlight) == [[:]: .int(0)])
        #expect(values(exported) == [[:]: .int(24), ["error.type": "queue_full"]: .int(3)])
        guard case .sum(_, _, let isMonotonic) = metric(inFlight)?.data else { return }
        #expect(!isMonotonic)
    }

    @Test func `operations are timed exactly, by status and error, in one bucket (conformance 97, 113)`() {
        for milliseconds in [250, 500, 250] {
            end(1, ExportOutcome(acceptedPoints: 1, status: 200), after: .milliseconds(milliseconds))
        }
        end(1, ExportOutcome(droppedPoints: 1, status: 503, failure: .status(503)), after: .seconds(10))
        let good = operations[["http.response.status_code": 200]]
        #expect(good?.count == 3)
        #expect(good?.sum == 1)
        #expect(good?.bucketCounts == [3])
        #expect(good?.explicitBounds == [])
        let bad = operations[["error.type": "503", "http.response.status_code": 503]]
        #expect(bad?.count == 1)
        #expect(bad?.sum == 10)
        #expect(metric("otel.sdk.exporter.operation.duration")?.unit == "s")
    }

    @Test func `collections are timed for the reader that made them (conformance 113)`() {
        sdk.collected(by: .periodicReader, after: .milliseconds(500), error: nil)
        sdk.collected(by: .periodicReader, after: .milliseconds(250), error: "ProbeError")
        sdk.collected(by: .prometheus, after: .milliseconds(125), error: nil)
        let metric = metric("otel.sdk.metric_reader.collection.duration")
        guard case .histogram(let points, _) = metric?.data else {
            Issue.record("it is no histogram")
            return
        }
        #expect(points.map(\.sum) == [0.5, 0.25, 0.125])
        #expect(points.map { $0.attributes["error.type"] } == [nil, "ProbeError", nil])
        #expect(
            points.map { $0.attributes["otel.component.name"] } == [
                "periodic_metric_reader/0", "periodic_metric_reader/0", "prometheus_http_text_metric_exporter/0",
            ]
        )
    }

    /// An exporter that does nothing.
    private struct Named: MetricExporter {
        let identity: ExporterIdentity

        func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome { ExportOutcome() }
        func shutdown() async {}
    }

    @Test func `components are numbered by type, and an unknown one has the name of its type (conformance 113)`() {
        let exporters: [any MetricExporter] = [
            Named(identity: .otlpHTTP(host: "a", port: 1)), ConsoleExporter(),
            Named(identity: .otlpHTTP(host: "b", port: 2)),
        ]
        #expect(
            exporters.identities.map { $0.attributes["otel.component.name"] } == [
                "otlp_http_metric_exporter/0", "ConsoleExporter/0", "otlp_http_metric_exporter/1",
            ]
        )
    }

    @Test func `a reset starts with zeros, and points in flight stay`() {
        end(10, ExportOutcome(acceptedPoints: 10, attempts: 1, status: 200))
        sdk.begin(7, by: exporter)
        let later = Timestamp(unixNanoseconds: 9)
        sdk.restart(at: later)
        let metrics = sdk.metrics(at: Timestamp(unixNanoseconds: 10))
        #expect(metrics.map { $0.name } == [exported, inFlight])
        let points = metrics.flatMap { metric in
            if case .sum(let points, _, _) = metric.data { points } else { [NumberDataPoint]() }
        }
        #expect(points.map { $0.value } == [.int(0), .int(7)])
        #expect(points.map { $0.start } == [later, later])
    }
}

extension Attributes {
    /// The attributes that are not in `others`.
    fileprivate func rest(of others: Attributes) -> Attributes {
        Attributes(filter { others[$0.key] != $0.value })
    }
}
