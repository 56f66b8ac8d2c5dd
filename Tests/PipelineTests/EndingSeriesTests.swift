import Metrics
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

/// Which exporter gets the ends of which series.
@Suite struct EndingSeriesTests {
    /// A stock with a series for each of the names.
    private final class Stock: MetricProducer, Sendable {
        struct Failure: Error {}

        let names: Mutex<[String]?>

        init(_ names: [String]) {
            self.names = Mutex(names)
        }

        func metrics(at time: Timestamp) throws -> [Metric] {
            guard let names = names.withLock({ $0 }) else { throw Failure() }
            let points = names.map { name in
                NumberDataPoint(attributes: ["name": .string(name)], start: time, time: time, value: .int(1))
            }
            return [Metric(name: "m", description: "", unit: "", data: .sum(points, .cumulative, isMonotonic: false))]
        }
    }

    /// Records its exports: the names of series, with a cross on those that have ended.
    private final class Recorder: MetricExporter {
        let temporality: TemporalityPreference
        let identity: ExporterIdentity
        let endsSeries: Bool
        private let told = Mutex<[String]>([])

        init(_ name: String, _ temporality: TemporalityPreference = .cumulative, endsSeries: Bool = true) {
            (identity, self.temporality, self.endsSeries) = (ExporterIdentity(name), temporality, endsSeries)
        }

        var news: String {
            told.withLock { told in
                defer { told = [] }
                return told.joined(separator: " ")
            }
        }

        func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
            told.withLock { $0 += Self.names(metrics) }
            return ExportOutcome()
        }

        static func names(_ metrics: [ResourceMetrics]) -> [String] {
            metrics.flatMap(\.scopes).flatMap(\.metrics).flatMap { metric -> [String] in
                guard case .sum(let points, _, _) = metric.data else { return [] }
                return points.map { "\($0.attributes["name"]?.description ?? "")\($0.isEnd ? "†" : "")" }
            }
        }

        func shutdown() async {}
    }

    private let stock = Stock(["a", "b"])
    private let resource = Resource(attributes: [:], schemaURL: "")

    private func reader(_ exporters: [Recorder]) -> PeriodicReader {
        let time = Mutex<UInt64>(0)
        return PeriodicReader(
            producers: MetricProducers(machine: [stock]),
            exporters: exporters,
            resource: resource,
            scope: Scope(name: "", version: "", schemaURL: ""),
            sdk: SDKMetrics(start: Timestamp(unixNanoseconds: 1)),
            clock: ManualClock(),
            now: {
                time.withLock { time in
                    time += 1000
                    return Timestamp(unixNanoseconds: time)
                }
            }
        )
    }

    private func set(_ names: [String]?) { stock.names.withLock { $0 = names } }

    @Test func `each exporter gets an end once, and a scrape takes it from none`() async {
        let exporters = [Recorder("1"), Recorder("2", .delta), Recorder("3", endsSeries: false)]
        let reader = reader(exporters)
        _ = await reader.round()
        #expect(exporters.map(\.news) == ["a b", "a b", "a b"])
        set(["b"])
        for _ in 0..<3 { #expect(Recorder.names(await reader.collect(for: .prometheus).metrics) == ["b"]) }
        _ = await reader.round()
        #expect(exporters.map(\.news) == ["b a†", "b a†", "b"])
        _ = await reader.round()
        #expect(exporters.map(\.news) == ["b", "b", "b"])
        // A series that existed only between two exports never reached this exporter.
        set(["b", "c"])
        _ = await reader.collect(for: .prometheus)
        set(["b"])
        _ = await reader.round()
        #expect(exporters.map(\.news) == ["b", "b", "b"])
    }

    @Test func `a collection that failed ends nothing`() async {
        let exporter = Recorder("1")
        let reader = reader([exporter])
        _ = await reader.round()
        set(nil)
        _ = await reader.round()
        #expect(exporter.news == "a b")
        set(["a"])
        _ = await reader.round()
        #expect(exporter.news == "a b†")
    }

    @Test func `the last collection ends the stocks`() async {
        let exporters = [Recorder("1"), Recorder("2", .lowMemory), Recorder("3", endsSeries: false)]
        let reader = reader(exporters)
        _ = await reader.round(isLast: true)
        #expect(exporters.map(\.news) == ["a b a† b†", "a b a† b†", "a b"])
    }

    @Test func `a removed exporter gets the ends of what it has sent, and one that stays remembers`() async {
        let exporters = [Recorder("1"), Recorder("2")]
        let reader = reader(exporters)
        #expect(Recorder.names(await reader.lastPoints(for: exporters[0])) == [])
        _ = await reader.round()
        #expect(Recorder.names(await reader.lastPoints(for: exporters[0])) == ["a†", "b†"])
        #expect(Recorder.names(await reader.lastPoints(for: exporters[0])) == [])
        let successor = Recorder("2")
        await reader.replace(exporters: [successor])
        set(["a"])
        _ = await reader.round()
        #expect(successor.news == "a b†")
    }

    @Test func `another resource ends the series of the old one`() async {
        let exporter = Recorder("1")
        let reader = reader([exporter])
        _ = await reader.round()
        _ = exporter.news
        let new = Resource(attributes: ["host.name": "new"], schemaURL: "")
        await reader.replace(resource: new, agentResource: new)
        _ = await reader.round()
        #expect(exporter.news == "a b a† b†")
    }
}
