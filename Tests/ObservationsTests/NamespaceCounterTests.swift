import Metrics
import Readings
import Testing

@testable import Observations

@Suite struct NamespaceCounterTests {
    /// The points of one metric: their values by the one attribute.
    private func values(
        _ name: String,
        from baseline: [NamespaceCounter: UInt64],
        to counters: [NamespaceCounter: UInt64]
    ) -> [String: Int] {
        let epoch = Epoch(
            start: Timestamp(unixNanoseconds: 1),
            namespaceCounters: NamespaceCounters { baseline[$0] }
        )
        var activity = Activity()
        activity.namespaceCounters = NamespaceCounters { counters[$0] }
        var series = WorkloadSeries(.host, epoch: epoch, limit: 2000)
        let metric = series.metrics(ofHost: activity, at: Timestamp(unixNanoseconds: 2)).first { $0.name == name }
        guard case .sum(let points, .cumulative, isMonotonic: true) = metric?.data else { return [:] }
        return points.reduce(into: [:]) { values, point in
            guard case .int(let value) = point.value else { return }
            values[point.attributes.map { "\($0.key)=\($0.value)" }.joined(separator: " ")] = Int(value)
        }
    }

    @Test(arguments: [
        ("tcplens.listener.overflows", "TcpExt.ListenOverflows", ""),
        ("tcplens.time_wait.overflows", "TcpExt.TCPTimeWaitOverflow", ""),
        ("tcplens.syn_cookies", "TcpExt.SyncookiesSent", "tcplens.syn_cookie.result=sent"),
        ("tcplens.syn_cookies", "TcpExt.SyncookiesRecv", "tcplens.syn_cookie.result=received"),
        ("tcplens.syn_cookies", "TcpExt.SyncookiesFailed", "tcplens.syn_cookie.result=failed"),
        ("tcplens.segments", "Tcp.OutSegs", "network.io.direction=transmit"),
        ("tcplens.segments", "Tcp.InSegs", "network.io.direction=receive"),
        ("tcplens.zero_windows", "TcpExt.TCPToZeroWindowAdv", "network.io.direction=transmit"),
        ("tcplens.zero_windows", "TcpExt.TCPWinProbe", "network.io.direction=receive"),
        ("tcplens.aborts", "TcpExt.TCPAbortOnData", "tcplens.abort.reason=data"),
        ("tcplens.aborts", "TcpExt.TCPAbortOnClose", "tcplens.abort.reason=close"),
        ("tcplens.aborts", "TcpExt.TCPAbortOnMemory", "tcplens.abort.reason=memory"),
        ("tcplens.aborts", "TcpExt.TCPAbortOnTimeout", "tcplens.abort.reason=timeout"),
        ("tcplens.aborts", "TcpExt.TCPAbortOnLinger", "tcplens.abort.reason=linger"),
        ("tcplens.aborts", "TcpExt.TCPAbortFailed", "tcplens.abort.reason=failed"),
        ("tcplens.receive.drops", "TcpExt.TCPBacklogDrop", "tcplens.drop.reason=backlog"),
        ("tcplens.receive.drops", "TcpExt.TCPRcvQDrop", "tcplens.drop.reason=queue"),
        ("tcplens.receive.drops", "TcpExt.RcvPruned", "tcplens.drop.reason=pruned"),
        ("tcplens.receive.drops", "TcpExt.OfoPruned", "tcplens.drop.reason=pruned"),
        ("tcplens.receive.drops", "TcpExt.TCPZeroWindowDrop", "tcplens.drop.reason=zero_window"),
    ])
    func `a counter of the kernel is a series that starts at its first value`(
        metric: String,
        name: String,
        series: String
    ) throws {
        let counter = try #require(NamespaceCounter(rawValue: name))
        #expect(values(metric, from: [counter: 1000], to: [counter: 1007]) == [series: 7])
        #expect(values(metric, from: [counter: 5], to: [counter: 5]) == [series: 0])
        // Missing, no longer there, and decreased.
        #expect(values(metric, from: [:], to: [:]) == [:])
        #expect(values(metric, from: [:], to: [counter: 5]) == [:])
        #expect(values(metric, from: [counter: 5], to: [:]) == [:])
        #expect(values(metric, from: [counter: 5], to: [counter: 4]) == [:])
    }

    @Test func `two counters of the kernel can make one series`() {
        let (ordered, unordered) = (NamespaceCounter.receiveQueuePruned, NamespaceCounter.outOfOrderPruned)
        let series = values("tcplens.receive.drops", from: [ordered: 1, unordered: 2], to: [ordered: 4, unordered: 9])
        #expect(series == ["tcplens.drop.reason=pruned": 10])
    }
}
