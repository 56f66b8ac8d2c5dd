import CProbes
import Testing

@testable import Probes

@Suite struct StockDriftTests {
    private func counts(_ established: UInt64) -> ConnectionCounts {
        var counts = ConnectionCounts()
        counts.add(established, to: .init(.established, .ipv4))
        return counts
    }

    private func transitions(_ counts: [(tcp_state, tcp_state, UInt64)]) -> TransitionCounts {
        var kernel = [UInt64](repeating: 0, count: 2 * 13 * 13)
        for (previous, state, count) in counts {
            kernel[Int(transition_index(0, previous.rawValue, state.rawValue))] = count
        }
        return TransitionCounts(kernel: kernel)
    }

    @Test func `what came in less what left is what there is more`() {
        var drift = StockDrift()
        let before = transitions([(TCP_SYN_SENT, TCP_ESTABLISHED, 100)])
        #expect(drift.drift(counts(40), before)[.established] == 0, "what was before the first collection is its stock")
        let after = transitions([(TCP_SYN_SENT, TCP_ESTABLISHED, 107), (TCP_ESTABLISHED, TCP_FIN_WAIT1, 4)])
        #expect(drift.drift(counts(43), after)[.established] == 0)
        #expect(drift.drift(counts(45), after)[.established] == -2, "two more than any event told of")
        #expect(drift.drift(counts(40), after)[.established] == 3)
        #expect(drift.drift(counts(43), after)[.timeWait] == nil, "where events do not tell the truth")
    }
}
