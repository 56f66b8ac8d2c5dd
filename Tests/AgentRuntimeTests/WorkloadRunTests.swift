import Foundation
import Metrics
import Observations
import Simulation
import Synchronization
import TestSupport
import Testing

@testable import AgentRuntime
@testable import Pipeline

/// A reader of a host with containers that come and go, up to what its exporters get.
@Suite struct WorkloadRunTests {
    /// Checks each export, and adds up its deltas.
    private final class Recorder: MetricExporter {
        let temporality: TemporalityPreference
        let histograms = HistogramAggregation.exponential
        let identity: ExporterIdentity
        let exports = Mutex<[[ResourceMetrics]]>([])

        init(_ temporality: TemporalityPreference) {
            (self.temporality, identity) = (temporality, ExporterIdentity("\(temporality)"))
        }

        func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
            exports.withLock { $0.append(metrics) }
            return ExportOutcome()
        }

        func shutdown() async {}
    }

    private static let start = Timestamp(unixNanoseconds: 1_700_000_000_000_000_000)

    private struct Run {
        let exporters = [Recorder(.delta), Recorder(.cumulative)]
        let reader: PeriodicReader
        private let clock = ManualClock()
        private let wall: WallTime

        init(toldApart: Bool, resuming series: ObservedSeries? = nil, after rounds: Int64 = 0) {
            var options = SimulatedHost.Options()
            options.rate = 10
            options.containers = 5
            options.containerLife = 15
            options.containerLimit = 3
            options.tellsContainersApart = toldApart
            let wall = WallTime(WorkloadRunTests.start.advanced(by: rounds * 10_000_000_000))
            self.wall = wall
            let observation = Observation(
                of: SimulatedHost(options, start: WorkloadRunTests.start),
                resuming: series
            )
            reader = PeriodicReader(
                producers: MetricProducers(
                    machine: [MachineMetrics(of: observation)],
                    agent: [UpkeepMetrics(of: observation)]
                ),
                exporters: exporters,
                resource: Resource(
                    attributes: ["service.name": "tcplens", "service.instance.id": "0", "host.name": "h"],
                    schemaURL: ""
                ),
                agentResource: Resource(
                    attributes: ["service.name": "tcplens", "service.instance.id": "1", "process.pid": 7],
                    schemaURL: ""
                ),
                scope: Scope(name: "tcplens", version: "1", schemaURL: ""),
                sdk: SDKMetrics(start: WorkloadRunTests.start),
                clock: clock,
                now: { wall.time }
            )
        }

        func rounds(_ count: Int) async -> [[[ResourceMetrics]]] {
            for _ in 0..<count {
                clock.move(by: .seconds(10))
                wall.advance()
                _ = await reader.round()
            }
            return exporters.map { $0.exports.withLock { $0 } }
        }
    }

    private final class WallTime: Sendable {
        private let now: Mutex<Timestamp>

        init(_ time: Timestamp) { now = Mutex(time) }

        var time: Timestamp { now.withLock { $0 } }

        func advance() { now.withLock { $0 = $0.advanced(by: 10_000_000_000) } }
    }

    /// The sum of all deltas of counters, by metric and attributes, whatever their resource.
    private func total(_ exports: [[ResourceMetrics]]) -> [String: Int64] {
        var sums: [String: Int64] = [:]
        for metric in exports.joined().flatMap(\.scopes).flatMap(\.metrics) {
            guard case .sum(let points, .delta, isMonotonic: true) = metric.data else { continue }
            for point in points {
                guard case .int(let value) = point.value, value != 0 else { continue }
                let attributes = point.attributes.map { " \($0.key)=\($0.value)" }.joined()
                sums[metric.name + attributes, default: 0] += value
            }
        }
        // These begin again with the service, whose last ones nobody has seen.
        return sums.filter { !$0.key.hasPrefix("tcplens.listener.drops") && !$0.key.hasPrefix("tcplens.bpf") }
    }

    @Test func `all deltas of all resources are what happened on the machine`() async {
        let divided = await Run(toldApart: true).rounds(20)
        let whole = await Run(toldApart: false).rounds(20)
        #expect(total(divided[0]) == total(whole[0]))
        #expect(total(whole[0]).count > 30)
        #expect(Set(divided[0].joined().map(\.resource)).count > 8)
    }

    @Test func `each resource of a request is another service, and each series starts before its points`() async {
        for metrics in await Run(toldApart: true).rounds(20).joined() {
            let identities = metrics.map { resource in
                ["service.namespace", "service.name", "service.instance.id"].map {
                    resource.resource.attributes[$0]
                }
            }
            #expect(Set(identities).count == metrics.count)
            for metric in metrics.flatMap(\.scopes).flatMap(\.metrics) {
                guard case .sum(let points, _, _) = metric.data else { continue }
                #expect(points.allSatisfy { $0.start <= $0.time }, "\(metric.name)")
            }
        }
    }

    @Test func `the series of a container that has ended end once, all of them`() async {
        let exports = await Run(toldApart: true).rounds(20)[1]
        var open: [Resource: Set<String>] = [:]
        var ended = 0
        for metrics in exports {
            let before = open
            open = [:]
            for resource in metrics {
                var (present, over): (Set<String>, Set<String>) = ([], [])
                for metric in resource.scopes.flatMap(\.metrics) {
                    for (attributes, isEnd) in metric.data.series {
                        let name = "\(metric.name) \(attributes.map { "\($0.key)=\($0.value)" })"
                        if isEnd { over.insert(name) } else { present.insert(name) }
                    }
                }
                let gone = (before[resource.resource] ?? []).subtracting(present)
                #expect(over == gone)
                ended += present.isEmpty ? 1 : 0
                if !present.isEmpty { open[resource.resource] = present }
            }
            for resource in before.keys { #expect(metrics.contains { $0.resource == resource }) }
        }
        #expect(ended > 3)
    }

    @Test func `a run with containers can be continued`() async throws {
        let first = Run(toldApart: true)
        _ = await first.rounds(8)
        let saved = try JSONEncoder().encode(await AgentState.saved(by: first.reader))
        let expected = await first.rounds(4).map { Array($0.suffix(4)) }
        let state = try JSONDecoder().decode(AgentState.self, from: saved)
        let next = Run(toldApart: true, resuming: state.observation, after: 8)
        await next.reader.resume(state.reader)
        // A host that was not read in between still has the containers that have ended since, at the first reading.
        let found = await next.rounds(4)
        let numbers = { (exports: [[ResourceMetrics]]) in self.total(Array(exports.dropFirst())) }
        #expect(numbers(found[0]) == numbers(expected[0]))
    }
}

extension Metric.Data {
    /// The attributes of each point, and whether it is an end.
    fileprivate var series: [(Attributes, Bool)] {
        switch self {
        case .gauge(let points), .sum(let points, _, _): points.map { ($0.attributes, $0.isEnd) }
        case .histogram(let points, _): points.map { ($0.attributes, $0.isEnd) }
        case .exponentialHistogram(let points, _): points.map { ($0.attributes, $0.isEnd) }
        }
    }
}
