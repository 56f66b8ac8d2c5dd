import Foundation
import Metrics
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

/// The metrics of one collection may describe several resources, which come and go.
@Suite struct WorkloadResourceTests {
    /// A counter of the host and of each workload, which gives 5, 10, 15 and so on.
    private final class Producer: MetricProducer, Sendable {
        struct Failure: Error {}

        /// The workloads: their names by their numbers; nil to fail.
        let names: Mutex<[UInt64: String]?>
        private let value = Mutex<Int64>(0)

        init(_ names: [UInt64: String]) {
            self.names = Mutex(names)
        }

        func metrics(at time: Timestamp) throws -> [Metric] { [] }

        func groups(at time: Timestamp) throws -> [MetricGroup] {
            guard let names = names.withLock({ $0 }) else { throw Failure() }
            let value = value.withLock { value in
                value += 5
                return value
            }
            let start = Timestamp(unixNanoseconds: 1)
            let point = NumberDataPoint(attributes: [:], start: start, time: time, value: .int(value))
            let metric = Metric(
                name: "m",
                description: "",
                unit: "",
                data: .sum([point], .cumulative, isMonotonic: true)
            )
            return [MetricGroup(metrics: [metric])]
                + names.sorted { $0.key < $1.key }.map { number, name in
                    let attributes: Attributes = ["service.name": .string(name), "service.instance.id": "1"]
                    return MetricGroup(
                        number == 0 ? .overflow : .part(number),
                        attributes: number == 0 ? [:] : attributes,
                        metrics: [metric]
                    )
                }
        }
    }

    /// Records its exports: for each resource its service and the value, with a cross if that has ended.
    private final class Recorder: MetricExporter {
        let temporality: TemporalityPreference
        let identity: ExporterIdentity
        private let told = Mutex<[String]>([])

        init(_ temporality: TemporalityPreference) {
            (self.temporality, identity) = (temporality, ExporterIdentity("\(temporality)"))
        }

        var news: String {
            told.withLock { told in
                defer { told = [] }
                return told.joined(separator: " ")
            }
        }

        func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
            told.withLock { told in
                for resource in metrics {
                    let name = resource.resource.attributes["service.name"]?.description ?? ""
                    let isOverflow = resource.resource.attributes["tcplens.workload.overflow"] == true
                    for case .sum(let points, _, _) in resource.scopes.flatMap(\.metrics).map(\.data) {
                        told += points.map { point in
                            "\(name)\(isOverflow ? "+" : "")=\(point.isEnd ? "†" : "\(point.value)")"
                        }
                    }
                }
            }
            return ExportOutcome()
        }

        func shutdown() async {}
    }

    private let exporters = [Recorder(.cumulative), Recorder(.delta)]

    private static func resource(_ name: String, _ host: String = "h") -> Resource {
        Resource(
            attributes: ["service.name": .string(name), "service.instance.id": "0", "host.name": .string(host)],
            schemaURL: "u"
        )
    }

    private func reader(_ producer: Producer) -> PeriodicReader {
        let time = Mutex<UInt64>(0)
        return PeriodicReader(
            producers: MetricProducers(machine: [producer]),
            exporters: exporters,
            resource: Self.resource("tcplens"),
            scope: Scope(name: "s", version: "", schemaURL: ""),
            sdk: SDKMetrics(start: Timestamp(unixNanoseconds: 1)),
            clock: ManualClock(),
            now: {
                time.withLock { time in
                    time += 1_000_000
                    return Timestamp(unixNanoseconds: time)
                }
            }
        )
    }

    @Test func `each workload has a resource, which ends with it`() async {
        let producer = Producer([0: "", 1: "a", 2: "b"])
        let reader = reader(producer)
        _ = await reader.round()
        #expect(exporters.map(\.news) == Array(repeating: "tcplens=5 tcplens+=5 a=5 b=5", count: 2))
        let resources = await reader.collect(for: .prometheus).metrics.map(\.resource)
        #expect(resources.map { $0.attributes["host.name"] } == Array(repeating: "h", count: 4))
        #expect(resources.map(\.schemaURL) == Array(repeating: "u", count: 4))
        producer.names.withLock { $0 = [2: "b", 3: "c"] }
        _ = await reader.round()
        #expect(exporters[0].news.sorted == "tcplens=15 b=15 c=15 tcplens+=† a=†".sorted)
        #expect(exporters[1].news == "tcplens=10 b=10 c=15")
        _ = await reader.round()
        #expect(exporters.map(\.news) == ["tcplens=20 b=20 c=20", "tcplens=5 b=5 c=5"])
    }

    @Test func `a workload that is known better goes on under its new name`() async {
        let producer = Producer([1: "a", 2: "b"])
        let reader = reader(producer)
        _ = await reader.round()
        _ = exporters.map(\.news)
        // They swap their names, which must not swap their deltas.
        producer.names.withLock { $0 = [1: "b", 2: "c"] }
        _ = await reader.round()
        #expect(exporters[0].news.sorted == "tcplens=10 b=10 c=10 a=†".sorted)
        #expect(exporters[1].news == "tcplens=5 b=5 c=5")
    }

    @Test func `a failure ends no workload, and its next delta covers the gap`() async {
        let producer = Producer([1: "a"])
        let reader = reader(producer)
        _ = await reader.round()
        producer.names.withLock { $0 = nil }
        _ = await reader.round()
        _ = exporters.map(\.news)
        producer.names.withLock { $0 = [1: "a"] }
        _ = await reader.round()
        #expect(exporters.map(\.news) == ["tcplens=10 a=10", "tcplens=5 a=5"])
    }

    @Test func `resources that come and go leave nothing behind`() async throws {
        let producer = Producer([1000: "a"])
        let reader = reader(producer)
        func size() async throws -> Int {
            try JSONEncoder().encode(await reader.saved { _, state in state }).count
        }
        _ = await reader.round()
        let first = try await size()
        for number in 1001...1200 as ClosedRange<UInt64> {
            producer.names.withLock { $0 = [number: "a\(number % 10)"] }
            _ = await reader.round()
        }
        #expect(try await size() < first + 200)
    }

    @Test func `workloads follow when the reader's resource is replaced`() async {
        let reader = reader(Producer([0: "", 1: "a"]))
        _ = await reader.round()
        _ = exporters.map(\.news)
        await reader.replace(resource: Self.resource("other", "i"), agentResource: Self.resource("agent", "i"))
        _ = await reader.round()
        #expect(exporters[1].news == "other=5 other+=5 a=5")
        let resources = await reader.collect(for: .prometheus).metrics.map(\.resource)
        #expect(resources.map { $0.attributes["host.name"] } == ["i", "i", "i"])
    }

    @Test func `a reader that continues another keeps the names that its deltas have`() async {
        let producer = Producer([1: "a"])
        let first = reader(producer)
        _ = await first.round()
        let state = await first.saved { _, state in state }
        producer.names.withLock { $0 = [1: "b"] }
        let next = reader(producer)
        await next.resume(state)
        _ = exporters.map(\.news)
        _ = await next.round()
        #expect(exporters.map(\.news) == ["tcplens=10 b=10 a=†", "tcplens=5 b=5"])
    }
}

extension String {
    /// Its words in alphabetic order.
    fileprivate var sorted: [Substring] { split(separator: " ").sorted() }
}
