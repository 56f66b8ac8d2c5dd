import Metrics
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

@Suite struct PeriodicReaderTests {
    /// A counter that gives 5, 10, 15 and so on.
    private final class Producer: MetricProducer {
        private let start: Timestamp
        private var value: Int64 = 0

        init(start: Timestamp = Timestamp(unixNanoseconds: 1)) {
            self.start = start
        }

        func metrics(at time: Timestamp) -> [Metric] {
            value += 5
            let point = NumberDataPoint(attributes: [:], start: start, time: time, value: .int(value))
            return [Metric(name: "a", description: "", unit: "1", data: .sum([point], .cumulative, isMonotonic: true))]
        }
    }

    /// Keeps what it gets.
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
            // It does not advance by itself. On a busy machine a real clock could advance by seconds, as if the wall
            // clock had been set back.
            clock: ManualClock(),
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

    @Test func `a round between those of the schedule moves none of them`() async {
        let exporter = Recorder(.cumulative)
        let reader = reader([exporter], clock: [10, 20, 30])
        let before = await reader.timeUntilNextRound
        _ = await reader.additionalRound()
        #expect(await reader.timeUntilNextRound == before)
        #expect(exporter.points.count == 1)
        _ = await reader.scheduledRound()
        #expect(await reader.timeUntilNextRound > before)
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
            clock: ManualClock(),
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

    /// Points from a reader whose wall clock shows each of `walls` in turn, in seconds.
    ///
    /// Each reading is ten seconds after the one before.
    private func points(
        _ walls: [UInt64],
        _ temporality: TemporalityPreference
    ) async -> (points: [NumberDataPoint], warnings: [Int], scraped: [NumberDataPoint]) {
        let second: UInt64 = 1_000_000_000
        let (clock, exporter) = (ManualClock(), Recorder(temporality))
        let wall = Mutex(1000 * second)
        let sdk = SDKMetrics(start: Timestamp(unixNanoseconds: 1000 * second))
        let reader = PeriodicReader(
            producers: MetricProducers(machine: [Producer(start: Timestamp(unixNanoseconds: 1000 * second))]),
            exporters: [exporter],
            resource: Resource(attributes: [:], schemaURL: ""),
            scope: Scope(name: "", version: "", schemaURL: ""),
            sdk: sdk,
            clock: clock,
            now: { Timestamp(unixNanoseconds: wall.withLock { $0 }) }
        )
        var warnings: [Int] = []
        for next in walls {
            clock.move(by: .seconds(10))
            wall.withLock { $0 = next * second }
            warnings.append(await reader.round().warnings.count)
        }
        let scrape = await reader.collect(for: .prometheus)
        let recorder = Recorder(.cumulative)
        _ = await recorder.export(scrape.metrics.moved(by: scrape.offset), isLast: false)
        return (exporter.points, warnings, recorder.points)
    }

    /// Years, for a clock that was never set, and some minutes back.
    @Test(arguments: [1_700_000_000, -500, -990])
    func `a clock that is set moves starts and times, for each exporter, and is reported once`(step: Int64) async {
        func seconds(_ time: Timestamp) -> Int64 { Int64(time.unixNanoseconds / 1_000_000_000) }
        let walls = [1010, 1020 + step, 1030 + step].map(UInt64.init)
        let cumulative = await points(walls, .cumulative)
        #expect(cumulative.points.map { seconds($0.time) } == [1010, 1020 + step, 1030 + step])
        #expect(cumulative.points.map { seconds($0.start) } == [1000, 1000 + step, 1000 + step])
        #expect(cumulative.points.map(\.value) == [.int(5), .int(10), .int(15)], "nothing begins anew")
        #expect(cumulative.warnings == [0, 1, 0])
        #expect(cumulative.scraped.map { seconds($0.start) } == [1000 + step])
        let deltas = await points(walls, .delta)
        #expect(deltas.points.map { seconds($0.time) } == [1010, 1020 + step, 1030 + step])
        #expect(deltas.points.map { seconds($0.start) } == [1000, 1010 + step, 1020 + step], "ten seconds each")
        #expect(deltas.points.map(\.value) == [.int(5), .int(5), .int(5)])
    }

    @Test func `a producer that is created after the clock was set starts at its own time`() async {
        let clock = ManualClock()
        let wall = Mutex<UInt64>(1_000_000_000_000)
        let exporter = Recorder(.cumulative)
        let reader = PeriodicReader(
            producers: MetricProducers(),
            exporters: [exporter],
            resource: Resource(attributes: [:], schemaURL: ""),
            scope: Scope(name: "", version: "", schemaURL: ""),
            sdk: SDKMetrics(start: Timestamp(unixNanoseconds: 1)),
            clock: clock,
            now: { Timestamp(unixNanoseconds: wall.withLock { $0 }) }
        )
        wall.withLock { $0 = 9_000_000_000_000 }
        await reader.replaceProducers { start in (MetricProducers(machine: [Producer(start: start)]), ()) }
        clock.move(by: .seconds(5))
        wall.withLock { $0 = 9_005_000_000_000 }
        _ = await reader.round()
        // Later than everything before, by a nanosecond.
        #expect(exporter.points.map(\.start.unixNanoseconds) == [9_000_000_000_001])
        #expect(exporter.points.map(\.time.unixNanoseconds) == [9_005_000_000_000])
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
    func `another resource gets what is counted from then on, and the old one nothing`(
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
        // The series of the old resource have ended. A delta needs no end.
        #expect(exporter.points.count { $0.isEnd } == (preference == .delta ? 0 : 1))
    }
}
