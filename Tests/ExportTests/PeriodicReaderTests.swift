import Metrics
import Synchronization
import Testing

@testable import Export

@Suite struct PeriodicReaderTests {
    /// A counter that gives 5, 10, 15 and so on.
    private final class Producer: MetricProducer {
        var value: Int64 = 0

        func metrics(at time: Timestamp) -> [Metric] {
            value += 5
            let start = Timestamp(unixNanoseconds: 1)
            let point = NumberDataPoint(attributes: [:], start: start, time: time, value: .int(value))
            return [Metric(name: "a", description: "", unit: "1", data: .sum([point], .cumulative, isMonotonic: true))]
        }
    }

    /// Keeps what it is given.
    private final class Recorder: MetricExporter {
        let temporality: TemporalityPreference
        let data = Mutex<[Metric.Data]>([])

        init(_ temporality: TemporalityPreference) {
            self.temporality = temporality
        }

        var points: [NumberDataPoint] {
            data.withLock { $0 }.flatMap { data in
                guard case .sum(let points, _, _) = data else { return [NumberDataPoint]() }
                return points
            }
        }

        func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
            data.withLock { $0 += metrics.flatMap(\.scopes).flatMap(\.metrics).map(\.data) }
            return ExportOutcome()
        }

        func shutdown() async {}
    }

    private func reader(_ exporters: [Recorder], clock: [UInt64]) -> PeriodicReader {
        let clock = Mutex(clock[...])
        return PeriodicReader(
            producers: MetricProducers(machine: [Producer()]),
            exporters: exporters,
            resource: Resource(attributes: [:], schemaURL: ""),
            scope: Scope(name: "", version: "", schemaURL: ""),
            sdk: SDKMetrics(start: Timestamp(unixNanoseconds: 1)),
            now: { Timestamp(unixNanoseconds: clock.withLock { $0.popFirst() } ?? 0) }
        )
    }

    @Test func `each exporter has its temporality, and deltas add up to the cumulative value (conformance 79)`() async {
        let exporters = [Recorder(.cumulative), Recorder(.delta)]
        let reader = reader(exporters, clock: [10, 20, 30, 40])
        for _ in 0..<3 { _ = await reader.round() }
        #expect(exporters[0].points.map(\.value) == [.int(5), .int(10), .int(15)])
        #expect(exporters[1].points.map(\.value) == [.int(5), .int(5), .int(5)])
        #expect(exporters[1].points.map(\.start.unixNanoseconds) == [1, 20, 30])
    }

    @Test func `all points of a collection have one time, that of its beginning (conformance 78)`() async {
        let exporter = Recorder(.cumulative)
        let clock = Mutex<UInt64>(0)
        let reader = PeriodicReader(
            producers: MetricProducers(machine: [Producer(), Producer()], agent: [Producer()]),
            exporters: [exporter],
            resource: Resource(attributes: [:], schemaURL: ""),
            scope: Scope(name: "", version: "", schemaURL: ""),
            sdk: SDKMetrics(start: Timestamp(unixNanoseconds: 1)),
            now: {
                Timestamp(
                    unixNanoseconds: clock.withLock {
                        $0 += 1_000
                        return $0
                    }
                )
            }
        )
        _ = await reader.round()
        #expect(exporter.points.count >= 3)
        #expect(Set(exporter.points.map(\.time)).count == 1)
    }

    @Test func `a clock that is set back makes no point older than the one before it (conformance 85)`() async {
        let exporter = Recorder(.cumulative)
        let reader = reader([exporter], clock: [1_000, 2_000, 500, 600, 3_000])
        for _ in 0..<4 { _ = await reader.round() }
        #expect(exporter.points.map(\.time.unixNanoseconds) == [2_000, 2_001, 2_002, 3_000])
    }

    @Test func `a clock that is set back by much is told once`() async {
        let second: UInt64 = 1_000_000_000
        let reader = reader([], clock: [100, 101, 41, 42, 101, 102, 103, 90].map { $0 * second })
        var warnings: [[String]] = []
        for _ in 0..<7 { warnings.append(await reader.round().warnings) }
        #expect(warnings.map(\.count) == [0, 1, 0, 0, 0, 0, 1])
        #expect(warnings[1].first?.hasPrefix("the clock was set back by 60 s: ") == true, "\(warnings)")
        #expect(warnings[6].first?.hasPrefix("the clock was set back by 13 s: ") == true)
    }

    @Test func `the agent's own metrics are a resource of their own in the same collection`() async {
        let reader = PeriodicReader(
            producers: MetricProducers(machine: [Producer()], agent: [Producer()]),
            exporters: [],
            resource: Resource(attributes: ["host.name": "h"], schemaURL: "u"),
            agentResource: Resource(attributes: ["host.name": "h", "process.pid": 7], schemaURL: "u"),
            scope: Scope(name: "s", version: "", schemaURL: "v"),
            sdk: SDKMetrics(start: Timestamp(unixNanoseconds: 1)),
            now: { Timestamp(unixNanoseconds: 5) }
        )
        let metrics = await reader.collect(for: .periodicReader).metrics
        #expect(metrics.map(\.resource.attributes) == [["host.name": "h"], ["host.name": "h", "process.pid": 7]])
        #expect(metrics.map(\.resource.schemaURL) == ["u", "u"])
        #expect(metrics.flatMap(\.scopes).map(\.scope.name) == ["s", "s"])
    }

    @Test(arguments: [TemporalityPreference.delta, .cumulative])
    func `another resource has what was counted since, and the old one nothing more`(
        preference: TemporalityPreference
    ) async {
        let exporter = Recorder(preference)
        let reader = reader([exporter], clock: [10, 20, 30, 40])
        _ = await reader.round()
        let renamed = Resource(attributes: ["host.name": "b"], schemaURL: "")
        await reader.replace(resource: renamed, agentResource: renamed)
        _ = await reader.round()
        #expect(await reader.collect(for: .periodicReader).metrics.map(\.resource) == [renamed])
        let values = exporter.points.filter { !$0.isEnd }.map(\.value)
        #expect(values == (preference == .delta ? [.int(5), .int(5)] : [.int(5), .int(10)]))
        // The series of the old one have ended; a delta needs no end.
        #expect(exporter.points.count { $0.isEnd } == (preference == .delta ? 0 : 1))
    }
}
