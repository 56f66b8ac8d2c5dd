import HTTPServer
import Metrics
import Synchronization
import System
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline
@testable import PrometheusExport

@Suite struct PrometheusScrapesTests {
    /// Counts its collections, and notices when two of them are there at a time.
    private final class Producer: MetricProducer {
        private let isRunning = Atomic(false)
        private let hasOverlapped: @Sendable () -> Void
        private var value: Int64 = 0

        init(hasOverlapped: @escaping @Sendable () -> Void = {}) {
            self.hasOverlapped = hasOverlapped
        }

        func metrics(at time: Timestamp) -> [Metric] {
            if isRunning.exchange(true, ordering: .relaxed) { hasOverlapped() }
            defer { isRunning.store(false, ordering: .relaxed) }
            value += 1
            // Long enough for others to want to come in.
            for _ in 0..<10_000 { _ = isRunning.load(ordering: .sequentiallyConsistent) }
            let point = NumberDataPoint(attributes: [:], start: .unknown, time: time, value: .int(value))
            return [Metric(name: "n", description: "", unit: "", data: .sum([point], .cumulative, isMonotonic: true))]
        }
    }

    /// A producer that can't be read.
    private struct Broken: MetricProducer {
        struct Failure: Error, CustomStringConvertible { let description = "the probe is broken" }

        func metrics(at time: Timestamp) throws -> [Metric] { throw Failure() }
    }

    /// Adds up the deltas it is given.
    private final class Adder: MetricExporter {
        let temporality = TemporalityPreference.delta
        let sum = Mutex<Int64>(0)

        func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
            for metric in metrics.flatMap(\.scopes).flatMap(\.metrics) {
                guard case .sum(let points, .delta, _) = metric.data, case .int(let value) = points.first?.value else {
                    continue
                }
                sum.withLock { $0 += value }
            }
            return ExportOutcome()
        }

        func shutdown() async {}
    }

    private let sdk = SDKMetrics(start: Timestamp(unixNanoseconds: 1))

    private func reader(_ producers: sending MetricProducers, _ exporters: [any MetricExporter] = []) -> PeriodicReader
    {
        PeriodicReader(
            producers: producers,
            exporters: exporters,
            resource: Resource(attributes: ["host.name": "h"], schemaURL: ""),
            agentResource: Resource(attributes: ["host.name": "h", "process.pid": 7], schemaURL: ""),
            scope: Scope(name: "s", version: "", schemaURL: ""),
            sdk: sdk,
            clock: ManualClock(),
            now: { Timestamp(unixNanoseconds: 1) }
        )
    }

    private func text(_ response: HTTPResponse) -> String {
        String(decoding: response.body, as: UTF8.self)
    }

    @Test func `each scrape is a collection, in the format and the encoding that are asked for`() async throws {
        let scrapes = PrometheusScrapes(reader: reader(MetricProducers(machine: [Producer()])), sdk: sdk) { _ in }
        let plain = await scrapes.answer(HTTPRequest(method: "GET", path: "/metrics"))
        #expect(plain.status == 200)
        #expect(plain.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(plain.headers["Content-Encoding"] == nil)
        #expect(text(plain).hasSuffix("# TYPE n_total counter\nn_total{otel_scope_name=\"s\"} 1\n"))
        // Two fields of a name are one list.
        let fields: HTTPFields = [
            "Accept": "text/plain;q=0.5", "accept": "application/openmetrics-text;version=1.0.0",
            "Accept-Encoding": "gzip",
        ]
        let compressed = await scrapes.answer(HTTPRequest(method: "GET", path: "/metrics", headers: fields))
        #expect(compressed.headers["Content-Encoding"] == "gzip")
        #expect(
            [plain, compressed].map { $0.headers["Vary"] } == ["Accept, Accept-Encoding", "Accept, Accept-Encoding"]
        )
        #expect(compressed.headers["Content-Type"]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
        let body = String(decoding: try Gzip.decompress(compressed.body, limit: 10_000), as: UTF8.self)
        #expect(body.hasSuffix("# TYPE n counter\nn_total{otel_scope_name=\"s\"} 2\n# EOF\n"))
    }

    @Test func `what the agent says of itself is scraped too, and there is one target`() async {
        let producers = MetricProducers(machine: [Producer()], agent: [sdk])
        let scrapes = PrometheusScrapes(reader: reader(producers), sdk: sdk) { _ in }
        _ = await scrapes.answer(HTTPRequest(method: "GET", path: "/metrics"))
        let lines = text(await scrapes.answer(HTTPRequest(method: "GET", path: "/metrics"))).split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("target_info") } == [#"target_info{host_name="h"} 1"#])
        let component = #"otel_component_name="prometheus_http_text_metric_exporter/0""#
        let exported = lines.filter { $0.hasPrefix("otel_sdk_exporter_metric_data_point_exported_total") }
        // n, the zeros of what was exported and in flight; what was timed comes with the second scrape.
        #expect(exported.count == 1)
        #expect(exported.first?.contains(component) == true)
        #expect(exported.first?.hasSuffix(" 3") == true, "\(exported)")
        #expect(
            lines.contains { $0.hasPrefix("otel_sdk_exporter_operation_duration_seconds_count") && $0.hasSuffix(" 1") }
        )
        #expect(lines.contains { $0.hasPrefix("otel_sdk_metric_reader_collection_duration_seconds_count") })
    }

    @Test func `a producer that fails is reported, and the others are scraped (conformance 112)`() async {
        let reports = Mutex<[[String]]>([])
        let producers = MetricProducers(machine: [Broken(), Producer()])
        let scrapes = PrometheusScrapes(reader: reader(producers), sdk: sdk) { report in
            reports.withLock { $0.append(report) }
        }
        let response = await scrapes.answer(HTTPRequest(method: "GET", path: "/metrics"))
        #expect(response.status == 200)
        #expect(text(response).contains("n_total{"))
        #expect(reports.withLock { $0 } == [["the probe is broken"]])
    }

    @Test func `scrapes and rounds never collect at the same time, and take nothing from each other`() async {
        let overlaps = Mutex(0)
        let adder = Adder()
        let producers = MetricProducers(machine: [Producer { overlaps.withLock { $0 += 1 } }])
        let reader = reader(producers, [adder])
        let scrapes = PrometheusScrapes(reader: reader, sdk: sdk) { _ in }
        await withTaskGroup { group in
            for index in 0..<40 {
                group.addTask {
                    if index.isMultiple(of: 4) {
                        _ = await reader.round()
                    } else {
                        _ = await scrapes.answer(HTTPRequest(method: "GET", path: "/metrics"))
                    }
                }
            }
        }
        #expect(overlaps.withLock { $0 } == 0)
        // One more round sees everything that the scrapes have collected meanwhile.
        _ = await reader.round()
        #expect(adder.sum.withLock { $0 } == 41)
    }
}
