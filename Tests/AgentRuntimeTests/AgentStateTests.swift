import Foundation
import Metrics
import Observations
import Pipeline
import Simulation
import Synchronization
import TestSupport
import Testing

@testable import AgentRuntime

/// An agent's state can be saved, and another agent continues from it.
@Suite struct AgentStateTests {
    /// Keeps what is exported to it.
    private final class Recorder: MetricExporter {
        let temporality: TemporalityPreference
        let histograms: HistogramAggregation
        let identity: ExporterIdentity
        private let exports = Mutex<[[ResourceMetrics]]>([])

        init(_ name: String, _ temporality: TemporalityPreference, _ histograms: HistogramAggregation) {
            (identity, self.temporality, self.histograms) = (ExporterIdentity(name), temporality, histograms)
        }

        var taken: [[ResourceMetrics]] {
            exports.withLock { exports in
                defer { exports = [] }
                return exports
            }
        }

        func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
            exports.withLock { $0.append(metrics) }
            return ExportOutcome()
        }

        func shutdown() async {}
    }

    /// A reader that observes a simulated host, and its clocks.
    private struct Run {
        static let start = Timestamp(unixNanoseconds: 1_700_000_000_000_000_000)

        let reader: PeriodicReader
        let exporters = [
            Recorder("delta", .delta, .exponential), Recorder("cumulative", .cumulative, .exponential),
            Recorder("low", .lowMemory, .explicitBuckets),
        ]
        private let clock = ManualClock()
        private let wall: WallClock

        /// A host whose series come and go, begin again and are more than the limit allows.
        ///
        /// It does the same in each run, as a kernel that is read by one agent after another.
        init(resuming observation: ObservedSeries? = nil, time: Timestamp = start) {
            var options = SimulatedHost.Options()
            options.splitsByPort = true
            options.measuresResponses = true
            let host = SimulatedHost(options, start: Self.start, faults: Set(Fault.allCases))
            let observed = Observation(of: host, limit: 40, resuming: observation)
            let wall = WallClock(time)
            self.wall = wall
            reader = PeriodicReader(
                producers: MetricProducers(
                    machine: [MachineMetrics(of: observed)],
                    agent: [UpkeepMetrics(of: observed)]
                ),
                exporters: exporters,
                resource: Resource(attributes: ["host.name": "simulated"], schemaURL: ""),
                agentResource: Resource(attributes: ["service.name": "tcplens"], schemaURL: ""),
                scope: Scope(name: "tcplens", version: "1", schemaURL: ""),
                sdk: SDKMetrics(start: Self.start),
                clock: clock,
                now: { wall.time }
            )
        }

        var time: Timestamp { wall.time }

        /// The exports of so many rounds, five seconds apart, to each exporter.
        func exports(of rounds: Int) async -> [[[ResourceMetrics]]] {
            for _ in 0..<rounds {
                clock.move(by: .seconds(5))
                wall.advance(by: 5)
                _ = await reader.round()
            }
            return exporters.map(\.taken)
        }

        /// Sets the wall clock, so that points have another time scale than their receivers.
        func setClock(forwardBy seconds: Int64) { wall.advance(by: seconds) }
    }

    private final class WallClock: Sendable {
        private let now: Mutex<Timestamp>

        init(_ time: Timestamp) { now = Mutex(time) }

        var time: Timestamp { now.withLock { $0 } }

        func advance(by seconds: Int64) { now.withLock { $0 = $0.advanced(by: seconds * 1_000_000_000) } }
    }

    /// How many points end their series.
    private func endCount(_ exports: [[ResourceMetrics]]) -> Int {
        exports.joined().flatMap(\.scopes).flatMap(\.metrics).reduce(0) { count, metric in
            switch metric.data {
            case .gauge(let points), .sum(let points, _, _): count + points.count(where: \.isEnd)
            case .histogram(let points, _): count + points.count(where: \.isEnd)
            case .exponentialHistogram(let points, _): count + points.count(where: \.isEnd)
            }
        }
    }

    @Test func `an agent that continues from what was saved exports what an uninterrupted one exports`() async throws {
        let run = Run()
        run.setClock(forwardBy: 3600)
        _ = await run.exports(of: 6)
        let time = run.time
        let saved = try JSONEncoder().encode(await AgentState.saved(by: run.reader))
        let expected = await run.exports(of: 2)

        let state = try JSONDecoder().decode(AgentState.self, from: saved)
        let next = Run(resuming: state.observation, time: time)
        await next.reader.resume(state.reader)
        let found = await next.exports(of: 2)
        for (found, expected) in zip(found, expected) {
            #expect(found == expected)
            #expect(endCount(expected) > 0)
            #expect(endCount(Array(expected.prefix(1))) > 0, "the first export ends nothing of the first agent")
        }

        // Each half of the state is needed.
        let observationOnly = Run(resuming: state.observation, time: time)
        #expect(await observationOnly.exports(of: 2) != expected)
        let readerOnly = Run(time: time)
        await readerOnly.reader.resume(state.reader)
        #expect(await readerOnly.exports(of: 2) != expected)
    }

    @Test func `what was saved for an exporter that is gone is forgotten`() async {
        let run = Run()
        _ = await run.exports(of: 1)
        let state = await AgentState.saved(by: run.reader)
        let other = Recorder("other", .cumulative, .exponential)
        let next = Run(resuming: state.observation, time: run.time)
        await next.reader.replace(exporters: [other])
        await next.reader.resume(state.reader)
        #expect(await next.reader.lastPoints(for: run.exporters[0]) == [])
        let kept = Run(resuming: state.observation, time: run.time)
        await kept.reader.resume(state.reader)
        #expect(await kept.reader.lastPoints(for: run.exporters[0]) != [])
    }
}
