internal import CProbes
internal import Metrics
internal import Readings

extension KernelLayout {
    /// `tcp_transitions`.
    static let transitions = KernelLayout(Counter.transitions) { numbers in
        numbers[1] == numbers[2] ? [] : [transition_index(numbers[0], numbers[1], numbers[2])]
    }

    /// `tcp_handshakes`.
    static let handshakes = KernelLayout(Counter.handshakes) { [handshake_index($0[0], $0[1], $0[2])] }

    /// `tcp_io`.
    static let bytes = KernelLayout(Counter.bytes) { numbers in
        samplers.map { io_index($0, numbers[0], numbers[1]) }
    }

    /// `tcp_retransmits`.
    static let retransmits = KernelLayout(Counter.retransmits) { [retransmit_index($0[0], $0[1])] }

    /// `tcp_resets`.
    static let resets = KernelLayout(Counter.resets) { [reset_index($0[0], $0[1])] }

    /// `tcp_durations`, by what is measured.
    static let durations: [(id: Durations, layout: KernelLayout)] = [
        (.handshakes, KernelLayout(Durations.handshakes) { [handshake_duration_index($0[0], $0[1])] }),
        (.connections, KernelLayout(Durations.connections) { [connection_duration_index($0[0], $0[1])] }),
        (.states, KernelLayout(Durations.states) { stateDurations(of: $0[0]) }),
        (
            .roundTrips,
            KernelLayout(Durations.roundTrips) { numbers in samplers.map { rtt_index($0, numbers[0]) } }
        ),
    ]

    /// Programs count events, and the pass over all sockets counts missed events, in separate rows.
    private static let samplers = [AT_EVENT, IN_PASS].map(\.rawValue)

    /// CLOSED is the end of a connection, listeners are not connections, and no event fires when a socket leaves
    /// TIME_WAIT.
    private static func stateDurations(of state: UInt32) -> [UInt32] {
        switch tcp_state(rawValue: state) {
        case TCP_CLOSE, TCP_LISTEN, TCP_TIME_WAIT: []
        // A server's handshake takes as long as its request socket exists, which is in SYN_RECV as ss shows it.
        case TCP_SYN_RECV:
            [state_duration_index(state)]
                + NetworkType.allCases.map { handshake_duration_index(SERVER.rawValue, UInt32($0.rawValue)) }
        default: [state_duration_index(state)]
        }
    }
}

extension [DurationRow] {
    /// Reads the histograms of `tcp_durations`, each one a `struct histogram`.
    ///
    /// Empty histograms are left out.
    init(kernel histograms: [[UInt64]]) {
        self = []
        let distributions = histograms.map { row in row.contains { $0 > 0 } ? Distribution(kernel: row) : nil }
        for (id, layout) in KernelLayout.durations {
            for (row, places) in layout.places.enumerated() {
                let parts = places.compactMap { distributions.indices.contains($0) ? distributions[$0] : nil }
                guard var value = parts.first else { continue }
                for part in parts.dropFirst() { value.add(part) }
                append(DurationRow(id, row: row, value: value))
            }
        }
    }
}
