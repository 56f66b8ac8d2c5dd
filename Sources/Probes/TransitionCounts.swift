internal import CProbes
internal import Metrics

/// How often connections went from one state to another, by type.
package struct TransitionCounts: Hashable, Sendable {
    /// A change of state.
    package struct Transition: Hashable, Sendable {
        /// The state that was left.
        package var previous: ConnectionState
        /// The state that was entered.
        package var state: ConnectionState
        /// The protocol of the connection.
        package var type: NetworkType

        /// Creates a transition.
        package init(_ previous: ConnectionState, _ state: ConnectionState, _ type: NetworkType) {
            self.previous = previous
            self.state = state
            self.type = type
        }

        /// Where the kernel counts it.
        fileprivate var row: UInt32 {
            transition_index(UInt32(type.rawValue), UInt32(previous.rawValue), UInt32(state.rawValue))
        }
    }

    private var counters: [UInt64]

    /// Reads the counters in the order of the kernel's array; missing ones are zero.
    init(kernel counters: [UInt64] = []) {
        self.counters = counters
    }

    /// How often `transition` happened.
    package subscript(transition: Transition) -> UInt64 {
        let row = Int(transition.row)
        return counters.indices.contains(row) ? counters[row] : 0
    }

    /// How often connections came into `state`.
    func inflow(into state: ConnectionState) -> Int64 {
        sum { other, type in Transition(other, state, type) }
    }

    /// How often connections left `state`.
    func outflow(from state: ConnectionState) -> Int64 {
        sum { other, type in Transition(state, other, type) }
    }

    private func sum(_ transition: (ConnectionState, NetworkType) -> Transition) -> Int64 {
        NetworkType.allCases.reduce(0) { sum, type in
            ConnectionState.allCases.reduce(sum) { $0 &+ Int64(truncatingIfNeeded: self[transition($1, type)]) }
        }
    }

    /// `tcplens.connection.transitions`: a point for every transition that has happened.
    func metric(start: Timestamp, time: Timestamp) -> Metric {
        let points = Self.series.filter { $0.count(in: counters) > 0 }.points(of: counters, start: start, time: time)
        return Metric(.transitions, .sum(points, .cumulative, isMonotonic: true))
    }

    private static let series = NetworkType.allCases.flatMap { type in
        ConnectionState.allCases.flatMap { previous in
            ConnectionState.allCases.filter { $0 != previous }.map { state in
                CounterSeries(
                    [
                        AttributeKey.previousState: .string(previous.attributeValue),
                        AttributeKey.state: .string(state.attributeValue),
                        AttributeKey.type: .string(type.attributeValue),
                    ],
                    rows: [Transition(previous, state, type).row]
                )
            }
        }
    }
}
