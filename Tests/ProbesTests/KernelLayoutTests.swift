import CProbes
import Metrics
import Readings
import Testing

@testable import Probes

/// Whether the rows of a reading match those of the kernel.
@Suite struct KernelLayoutTests {
    @Test func `a transition is found where the kernel counted it`() {
        var kernel = [UInt64](repeating: 0, count: 2 * 13 * 13)
        kernel[(1 * 13 + 2) * 13 + 1] = 9
        let counts = TransitionCounts(KernelLayout.transitions.table(kernel))
        #expect(counts[.init(.synSent, .established, .ipv6)] == 9)
        #expect(counts[.init(.synSent, .established, .ipv4)] == 0)
    }

    @Test(
        arguments: [
            (.handshakes, .handshakes, 1), (.bytes, .bytes, 2), (.retransmits, .retransmits, 1), (.resets, .resets, 1),
        ] as [(Counter, KernelLayout, Int)]
    )
    func `each counter of the kernel is in one row`(id: Counter, layout: KernelLayout, samplers: Int) {
        #expect(layout.places.count == id.rowCount)
        #expect(layout.places.allSatisfy { $0.count == samplers })
        #expect(layout.places.joined().sorted() == Array(0..<id.rowCount * samplers))
    }

    @Test func `a row is that of its values`() {
        let row = Counter.resets.row(IODirection.receive, NetworkType.ipv4)
        #expect(KernelLayout.resets.places[row] == [Int(reset_index(RECEIVE.rawValue, IPV4.rawValue))])
        #expect(Counter.resets.coordinates(of: row) == [1, 0])
    }

    /// Histograms of the kernel.
    ///
    /// Each has its index plus one durations in its first bucket.
    private let histograms: [[UInt64]] = (0..<Int(DURATION_COUNT)).map { place in
        [UInt64(place) + 1] + [UInt64](repeating: 0, count: 49 * 9 - 1)
    }

    @Test func `the handshakes of servers are time in SYN_RECV too`() {
        let rows = [DurationRow](kernel: histograms)
        func count(_ id: Durations, _ row: Int) -> UInt64 {
            rows.filter { $0.id == id && $0.row == row }.reduce(0) { $0 + $1.value.count }
        }
        let servers = NetworkType.allCases.map { Durations.handshakes.row(HandshakeRole.server, $0) }
        let received = Durations.states.row(ConnectionState.synReceived)
        #expect(servers.map { count(.handshakes, $0) } == [16, 17])
        #expect(count(.states, received) == 4 + 16 + 17)
        #expect(count(.roundTrips, 0) == 22 + 24)
    }

    @Test func `no state has a duration that no connection can have, whatever the kernel counted`() {
        let states = [DurationRow](kernel: histograms).filter { $0.id == .states }.map {
            ConnectionState.allCases[$0.row]
        }
        #expect(states == ConnectionState.allCases.filter { ![.closed, .listen, .timeWait].contains($0) })
    }

    @Test func `what has not happened yet has no row`() {
        let zeros = [UInt64](repeating: 0, count: 49 * 9)
        #expect([DurationRow](kernel: histograms.map { _ in zeros }).isEmpty)
    }
}
