import Metrics
import Readings
import Testing

@testable import Observations

@Suite struct CountsTests {
    private let start = Timestamp(unixNanoseconds: 1_000)
    private let time = Timestamp(unixNanoseconds: 2_000)

    private func metric(_ name: String, of activity: Activity) throws -> Metric {
        var series = WorkloadSeries(.host, epoch: Epoch(start: start), limit: 2000)
        return try #require(series.metrics(ofHost: activity, at: time).first { $0.name == name })
    }

    @Test func `counts add up by state, by type and in all`() {
        var counts = ConnectionCounts()
        counts.add(5, to: .init(.established, .ipv4))
        counts.add(2, to: .init(.established, .ipv6))
        counts.add(11, to: .init(.timeWait, .ipv4))
        #expect(counts[.established] == 7)
        #expect(counts[.ipv4] == 16)
        #expect(counts.total == 18)
    }

    @Test func `the metric has a point for each state but closed and each type, zeros included`() throws {
        var activity = Activity()
        activity.connections = [ConnectionRow(.finWait2, .ipv6, count: 3)]
        let metric = try metric("system.network.connection.count", of: activity)
        #expect(metric.unit == "{connection}")
        guard case .sum(let points, .cumulative, isMonotonic: false) = metric.data else {
            Issue.record("not an up-down sum: \(metric.data)")
            return
        }
        #expect(points.count == 20)
        #expect(Set(points.map(\.attributes)).count == 20)
        #expect(points.allSatisfy { $0.start == start && $0.time == time })
        let point = points.first { $0.value != .int(0) }
        #expect(point?.value == .int(3))
        let attributes: Attributes = [
            "network.connection.state": "fin_wait_2", "network.transport": "tcp", "network.type": "ipv6",
        ]
        #expect(point?.attributes == attributes)
    }

    @Test func `a transition has a point once it was counted`() throws {
        let transition = TransitionCounts.Transition(.synSent, .established, .ipv6)
        let row = Counter.transitions.row(transition.type, transition.previous, transition.state)
        var table = [UInt64](repeating: 0, count: Counter.transitions.rowCount)
        table[row] = 9
        #expect(TransitionCounts(table)[transition] == 9)
        #expect(TransitionCounts(table)[.init(.synSent, .established, .ipv4)] == 0)
        var activity = Activity()
        activity.counters[.transitions, .host] = table
        let attributes: Attributes = [
            "tcplens.connection.state.previous": "syn_sent", "network.connection.state": "established",
            "network.type": "ipv6",
        ]
        let point = NumberDataPoint(attributes: attributes, start: start, time: time, value: .int(9))
        let metric = try metric("tcplens.connection.transitions", of: activity)
        #expect(metric.data == .sum([point], .cumulative, isMonotonic: true))
    }
}
