import Readings
import Testing

@testable import Observations

@Suite struct StockDriftTests {
    private func counts(_ established: UInt64) -> ConnectionCounts {
        var counts = ConnectionCounts()
        counts.add(established, to: .init(.established, .ipv4))
        return counts
    }

    private func transitions(_ came: UInt64, _ left: UInt64 = 0) -> TransitionCounts {
        let counter = Counter.transitions
        var table = [UInt64](repeating: 0, count: counter.rowCount)
        table[counter.row(NetworkType.ipv4, ConnectionState.synSent, ConnectionState.established)] = came
        table[counter.row(NetworkType.ipv4, ConnectionState.established, ConnectionState.finWait1)] = left
        return TransitionCounts(table)
    }

    private func reading(_ established: UInt64, _ came: UInt64, _ left: UInt64 = 0) -> StockDrift.Count {
        let transitions = transitions(came, left)
        return StockDrift.Count(counts: counts(established), before: transitions, after: transitions)
    }

    @Test func `a stock grows by what came in less what left`() {
        var drift = StockDrift()
        #expect(drift.drift(reading(40, 100))[.established] == 0, "what was before the first collection is its stock")
        #expect(drift.drift(reading(43, 107, 4))[.established] == 0)
        #expect(drift.drift(reading(45, 107, 4))[.established] == -2, "two more than the events explain")
        #expect(drift.drift(reading(40, 107, 4))[.established] == 3)
        #expect(drift.drift(reading(43, 107, 4))[.timeWait] == nil, "events do not account for this state")
    }

    /// During the count 100 to 107 came and 0 to 4 left, so 36 to 47 may have been found.
    @Test(arguments: [(36, 0), (40, 0), (47, 0), (35, 1), (30, 6), (48, -1), (60, -13)] as [(UInt64, Int64)])
    func `changes during the pass are not drift`(found: UInt64, expected: Int64) {
        var drift = StockDrift()
        _ = drift.drift(reading(40, 100))
        let busy = StockDrift.Count(counts: counts(found), before: transitions(100), after: transitions(107, 4))
        #expect(drift.drift(busy)[.established] == expected)
    }

    @Test func `a quiet pass replaces a busy one as the base for later ones`() {
        var drift = StockDrift()
        let busy = StockDrift.Count(counts: counts(50), before: transitions(100), after: transitions(200, 100))
        _ = drift.drift(busy)
        #expect(drift.drift(reading(60, 200, 100))[.established] == 0, "within what the first pass leaves open")
        #expect(drift.drift(reading(59, 200, 100))[.established] == 1, "but the second one knew")
        #expect(drift.drift(reading(59, 200, 100))[.established] == 1, "what is lost stays lost")
    }
}
