internal import Metrics

/// How often connections went from one state to another, by type: a table of ``Counter/transitions``.
package struct TransitionCounts: Hashable, Sendable, Codable {
    /// A change of state.
    package struct Transition: Hashable, Sendable {
        /// The old state.
        package var previous: ConnectionState
        /// The new state.
        package var state: ConnectionState
        /// The network protocol of the connection.
        package var type: NetworkType

        /// Creates a transition.
        package init(_ previous: ConnectionState, _ state: ConnectionState, _ type: NetworkType) {
            self.previous = previous
            self.state = state
            self.type = type
        }
    }

    private var counters: [UInt64]

    /// Reads a table; missing rows are zero.
    package init(_ counters: [UInt64] = []) {
        self.counters = counters
    }

    /// Adds a table.
    package mutating func add(_ table: [UInt64]) {
        counters.append(contentsOf: repeatElement(0, count: max(table.count - counters.count, 0)))
        for (row, count) in table.enumerated() { counters[row].add(count) }
    }

    /// Adds other counts.
    package mutating func add(_ other: TransitionCounts) {
        add(other.counters)
    }

    /// How often `transition` happened.
    package subscript(transition: Transition) -> UInt64 {
        let states = ConnectionState.allCases.count
        let row = (transition.type.index * states + transition.previous.index) * states + transition.state.index
        return counters.indices.contains(row) ? counters[row] : 0
    }

    /// How often connections entered `state`.
    package func inflow(into state: ConnectionState) -> Int64 {
        sum { other, type in Transition(other, state, type) }
    }

    /// How often connections left `state`.
    package func outflow(from state: ConnectionState) -> Int64 {
        sum { other, type in Transition(state, other, type) }
    }

    private func sum(_ transition: (ConnectionState, NetworkType) -> Transition) -> Int64 {
        NetworkType.allCases.reduce(0) { sum, type in
            ConnectionState.allCases.reduce(sum) { $0 &+ Int64(truncatingIfNeeded: self[transition($1, type)]) }
        }
    }
}
