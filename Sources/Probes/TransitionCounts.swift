internal import CProbes
internal import Metrics

/// How often connections went from one state to another, by type.
public struct TransitionCounts: Hashable, Sendable {
    /// A change of state.
    public struct Transition: Hashable, Sendable {
        /// The state that was left.
        public var previous: ConnectionState
        /// The state that was entered.
        public var state: ConnectionState
        /// The protocol of the connection.
        public var type: NetworkType

        /// Creates a transition.
        public init(_ previous: ConnectionState, _ state: ConnectionState, _ type: NetworkType) {
            self.previous = previous
            self.state = state
            self.type = type
        }
    }

    private var counts: [UInt64]

    /// Reads the counters in the order of the kernel's array; missing ones are zero.
    init(kernel counts: [UInt64] = []) {
        self.counts = counts
    }

    /// How often `transition` happened.
    public subscript(transition: Transition) -> UInt64 {
        let states = Int(TCP_STATE_COUNT)
        let row = Int(transition.type.rawValue) * states + Int(transition.previous.rawValue)
        let index = row * states + Int(transition.state.rawValue)
        return counts.indices.contains(index) ? counts[index] : 0
    }

    /// `tcplens.connection.transitions`: a point for every transition that has happened.
    func metric(start: Timestamp, time: Timestamp) -> Metric {
        let points = Self.series.compactMap { series -> NumberDataPoint? in
            let count = self[series.transition]
            guard count > 0 else { return nil }
            return NumberDataPoint(attributes: series.attributes, start: start, time: time, value: Number(count: count))
        }
        return Metric(.transitions, .sum(points, .cumulative, isMonotonic: true))
    }

    /// Every series with its attributes, made once.
    private static let series = NetworkType.allCases.flatMap { type in
        ConnectionState.allCases.flatMap { previous in
            ConnectionState.allCases.map { state in
                let attributes: Attributes = [
                    AttributeKey.previousState: .string(previous.attributeValue),
                    AttributeKey.state: .string(state.attributeValue),
                    AttributeKey.type: .string(type.attributeValue),
                ]
                return (transition: Transition(previous, state, type), attributes: attributes)
            }
        }
    }
}
