import Metrics
import Readings
import Testing

@testable import Observations

@Suite struct DurationSeriesTests {
    private let time = Timestamp(unixNanoseconds: 2)

    /// The metrics of distributions with the same count in each bucket and as many series as possible.
    private func metrics(each count: UInt64 = 1) -> [Metric] {
        let value = Distribution(counts: [UInt64](repeating: count, count: Distribution.bucketCount), sum: 1)
        var activity = Activity()
        activity.durations = Durations.allCases.flatMap { id in
            (0..<id.rowCount).map { DurationRow(id, row: $0, value: value) }
        }
        var series = WorkloadSeries(.host, epoch: Epoch(start: Timestamp(unixNanoseconds: 1)), limit: 2000)
        return series.metrics(ofHost: activity, at: time).map { $0.inForm(.explicitBuckets) }
    }

    private func points(_ name: String) throws -> [HistogramDataPoint] {
        let metric = try #require(metrics().first { $0.name == name })
        guard case .histogram(let points, .cumulative) = metric.data else { return [] }
        return points
    }

    @Test(arguments: [
        ("tcplens.rtt", -16, 7, 24, 2), ("tcplens.handshake.duration", -16, 7, 24, 4),
        ("tcplens.connection.duration", -10, 20, 11, 4), ("tcplens.connection.state.duration", -10, 20, 7, 8),
    ])
    func `each distribution has bounds of its own, and nothing is lost at their ends`(
        name: String,
        first: Int,
        last: Int,
        count: Int,
        series: Int
    ) throws {
        let points = try points(name)
        #expect(points.count == series)
        for point in points {
            #expect(point.explicitBounds.count == count)
            #expect(point.explicitBounds.first == Double(sign: .plus, exponent: first, significand: 1))
            #expect(point.explicitBounds.last == Double(sign: .plus, exponent: last, significand: 1))
            #expect(point.explicitBounds.allSatisfy { $0.significand == 1 })
            #expect(point.bucketCounts.reduce(0, +) == point.count)
            // Below the first bound are bucket 0 and eight buckets per octave, and above the last one eight per octave.
            let rows = point.count / UInt64(Distribution.bucketCount)
            #expect(point.bucketCounts.first == UInt64(1 + (first + 20) * 8) * rows)
            #expect(point.bucketCounts.last == UInt64((28 - last) * 8) * rows)
        }
    }

    @Test func `no state has a duration that no connection can have, whatever the kernel counted`() throws {
        let states = try points("tcplens.connection.state.duration")
            .compactMap { $0.attributes["network.connection.state"]?.description }
        #expect(Set(states).isDisjoint(with: ["closed", "listen", "time_wait"]))
        #expect(states.count == 8)
    }

    @Test func `all distributions together leave room for everything else`() {
        let lines = metrics().reduce(0) { sum, metric in
            guard case .histogram(let points, _) = metric.data else { return sum }
            // A bucket without a bound, a sum and a count are added.
            return sum + points.reduce(0) { $0 + $1.explicitBounds.count + 3 }
        }
        #expect(lines <= 300)
    }

    @Test func `what has not happened yet has no series`() {
        let distributions = metrics(each: 0).filter { $0.bounds != nil }
        #expect(distributions.count == 4)
        #expect(distributions.allSatisfy { $0.data.pointCount == 0 })
    }
}
