internal import Metrics

/// Holds the flows against the stocks: what came into a state less what left it must be what it has more.
struct StockDrift {
    /// The states where events tell the whole truth; a socket enters and leaves the others without one.
    static let states: [ConnectionState] = [
        .established, .synSent, .finWait1, .closeWait, .lastAck, .closing,
    ]

    private var first: (counts: ConnectionCounts, transitions: TransitionCounts)?

    /// How many connections the flows predict beyond those that were found, in each state, since the first collection.
    ///
    /// Pass and counters are not read at the same moment, so what happens meanwhile shows for one collection; what was
    /// lost stays.
    mutating func drift(_ counts: ConnectionCounts, _ transitions: TransitionCounts) -> [ConnectionState: Int64] {
        let first = first ?? (counts, transitions)
        self.first = first
        var drift: [ConnectionState: Int64] = [:]
        for state in Self.states {
            let before = Int64(clamping: first.counts[state])
            let flow = transitions.netFlow(into: state) &- first.transitions.netFlow(into: state)
            drift[state] = before &+ flow &- Int64(clamping: counts[state])
        }
        return drift
    }

    /// `tcplens.stock.drift`.
    static func metric(_ drift: [ConnectionState: Int64], time: Timestamp) -> Metric {
        let points = states.map { state in
            NumberDataPoint(
                attributes: [AttributeKey.state: .string(state.attributeValue)],
                start: .unknown,
                time: time,
                value: .int(drift[state] ?? 0)
            )
        }
        return Metric(.stockDrift, .gauge(points))
    }
}
