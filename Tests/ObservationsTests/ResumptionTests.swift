import Foundation
import Metrics
import Observations
import Readings
import Simulation
import Testing

/// The series of an observation can be saved, and another observation can continue with them.
@Suite struct ResumptionTests {
    private let start = Timestamp(unixNanoseconds: 1_000_000_000)

    private func metrics(_ observation: Observation, _ rounds: ClosedRange<Int>) throws -> [Metric] {
        let producers: [any MetricProducer] = [MachineMetrics(of: observation), UpkeepMetrics(of: observation)]
        return try rounds.flatMap { round in
            try producers.flatMap { try $0.metrics(at: start.advanced(by: Int64(round) * 5_000_000_000)) }
        }
    }

    /// A host with all faults, and with more series than the limit.
    private var host: SimulatedHost {
        var options = SimulatedHost.Options()
        options.splitsByPort = true
        options.measuresResponses = true
        return SimulatedHost(options, start: start, faults: Set(Fault.allCases))
    }

    @Test func `a resumed observation gives the same metrics as an uninterrupted one`() throws {
        let uninterrupted = Observation(of: host, limit: 2)
        _ = try metrics(uninterrupted, 1...10)
        let first = Observation(of: host, limit: 2)
        _ = try metrics(first, 1...10)
        let saved = try JSONEncoder().encode(try #require(first.series))
        let series = try JSONDecoder().decode(ObservedSeries.self, from: saved)
        // The simulated host repeats itself, like a kernel that has kept counting.
        let second = Observation(of: host, limit: 2, resuming: series)
        let (expected, found) = (try metrics(uninterrupted, 11...20), try metrics(second, 11...20))
        #expect(found == expected)
        #expect(try metrics(Observation(of: host, limit: 2), 11...20) != expected, "nothing had to be saved")
    }

    @Test func `saved series of another epoch are dropped`() throws {
        let other = Observation(of: SimulatedHost(start: Timestamp(unixNanoseconds: 7)))
        _ = try metrics(other, 1...2)
        let resumed = Observation(of: host, resuming: other.series)
        #expect(try metrics(resumed, 1...2) == metrics(Observation(of: host), 1...2))
    }
}
