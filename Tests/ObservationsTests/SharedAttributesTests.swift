import Metrics
import Observations
import Readings
import Simulation
import Testing

/// A collection makes attributes only of series that the one before it did not have.
@Suite struct SharedAttributesTests {
    private let start = Timestamp(unixNanoseconds: 1_000_000_000)

    /// The attributes of each series, by the name of its metric.
    private func series(_ metrics: [Metric]) -> [String: [Attributes]] {
        Dictionary(
            uniqueKeysWithValues: metrics.map { metric in
                switch metric.data {
                case .gauge(let points), .sum(let points, _, _): (metric.name, points.map(\.attributes))
                case .histogram(let points, _): (metric.name, points.map(\.attributes))
                case .exponentialHistogram(let points, _): (metric.name, points.map(\.attributes))
                }
            }
        )
    }

    @Test func `points of one series share their attributes`() throws {
        var options = SimulatedHost.Options()
        options.splitsByPort = true
        options.measuresResponses = true
        let observation = Observation(of: SimulatedHost(options, start: start, faults: Set(Fault.allCases)))
        let producers: [any MetricProducer] = [MachineMetrics(of: observation), UpkeepMetrics(of: observation)]
        var before: [String: [Attributes]] = [:]
        var shared: [String: Int] = [:]
        for round in 1...10 as ClosedRange<Int64> {
            let time = start.advanced(by: round * 5_000_000_000)
            let now = series(try producers.flatMap { try $0.metrics(at: time) })
            for (name, series) in now {
                let known = Dictionary(uniqueKeysWithValues: (before[name] ?? []).map { ($0, $0) })
                for attributes in series {
                    guard let earlier = known[attributes] else { continue }
                    #expect(attributes.isCopy(of: earlier), "\(name) \(attributes.map(\.key))")
                    shared[name, default: 0] += 1
                }
            }
            before = now
        }
        // None of the metrics was left out.
        #expect(Set(shared.keys) == Set(before.keys))
        #expect(shared.count > 20)
    }
}
