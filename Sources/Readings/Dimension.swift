/// A property by which the rows of a table differ.
package enum Dimension: Hashable, Sendable {
    /// ``NetworkType``.
    case type
    /// ``HandshakeRole``.
    case role
    /// ``HandshakeOutcome``.
    case outcome
    /// ``ConnectionState``; of a change, the new state.
    case state
    /// ``ConnectionState``: the state before a change.
    case previousState
    /// ``IODirection``.
    case direction
    /// ``RetransmitType``.
    case retransmitType

    /// Its values, in the order of their indexes.
    package var values: [any Coordinate] {
        switch self {
        case .type: Self.types
        case .role: Self.roles
        case .outcome: Self.outcomes
        case .state, .previousState: Self.states
        case .direction: Self.directions
        case .retransmitType: Self.retransmitTypes
        }
    }

    // Made once, because tables are iterated often.
    private static let types: [any Coordinate] = NetworkType.allCases
    private static let roles: [any Coordinate] = HandshakeRole.allCases
    private static let outcomes: [any Coordinate] = HandshakeOutcome.allCases
    private static let states: [any Coordinate] = ConnectionState.allCases
    private static let directions: [any Coordinate] = IODirection.allCases
    private static let retransmitTypes: [any Coordinate] = RetransmitType.allCases

    /// How many values it has.
    package var count: Int { values.count }
}

/// A value of a ``Dimension``.
package protocol Coordinate: RawRepresentable<UInt8>, Sendable {
    /// Its index among all values.
    var index: Int { get }
    /// The value of its attribute; nil if the attribute is absent.
    var attribute: String? { get }
}

extension Coordinate {
    /// Its index among all values, which the kernel numbers from 0.
    package var index: Int { Int(rawValue) }
}

extension NetworkType: Coordinate {
    /// The value of `network.type`.
    package var attribute: String? { attributeValue }
}

extension HandshakeRole: Coordinate {
    /// The value of `tcplens.connection.role`.
    package var attribute: String? { attributeValue }
}

extension HandshakeOutcome: Coordinate {
    /// The value of `error.type`.
    package var attribute: String? { attributeValue }
}

extension IODirection: Coordinate {
    /// The value of `network.io.direction`.
    package var attribute: String? { attributeValue }
}

extension RetransmitType: Coordinate {
    /// The value of `tcplens.retransmit.type`.
    package var attribute: String? { attributeValue }
}

extension ConnectionState: Coordinate {
    /// Its index among all states, which the kernel numbers from 1.
    package var index: Int { Int(rawValue) - 1 }

    /// The value of `network.connection.state` and `tcplens.connection.state.previous`.
    package var attribute: String? { attributeValue }
}
