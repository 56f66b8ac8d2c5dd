import CProbes
import Metrics
import Testing

@testable import Probes

@Suite struct CountsTests {
    private let start = Timestamp(unixNanoseconds: 1_000)
    private let time = Timestamp(unixNanoseconds: 2_000)

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
        var counts = ConnectionCounts()
        counts.add(3, to: .init(.finWait2, .ipv6))
        var series = ConnectionCountSeries(start: start, limit: 2000)
        let metric = series.metric(counts, time: time)
        #expect(metric.name == "system.network.connection.count")
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

    @Test func `a transition is found where the kernel counted it`() {
        var kernel = [UInt64](repeating: 0, count: 2 * 13 * 13)
        kernel[(1 * 13 + 2) * 13 + 1] = 9
        let counts = TransitionCounts(kernel: kernel)
        #expect(counts[.init(.synSent, .established, .ipv6)] == 9)
        #expect(counts[.init(.synSent, .established, .ipv4)] == 0)
        let metric = counts.metric(start: start, time: time)
        let attributes: Attributes = [
            "tcplens.connection.state.previous": "syn_sent", "network.connection.state": "established",
            "network.type": "ipv6",
        ]
        let point = NumberDataPoint(attributes: attributes, start: start, time: time, value: .int(9))
        #expect(metric.data == .sum([point], .cumulative, isMonotonic: true))
    }
}
