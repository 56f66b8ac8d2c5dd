/// What the rows of a table are told apart by.
package enum Dimension: Hashable, Sendable {
    /// ``NetworkType``.
    case type
    /// ``HandshakeRole``.
    case role
    /// ``HandshakeOutcome``.
    case outcome
    /// ``ConnectionState``: of a change, the state that was entered.
    case state
    /// ``ConnectionState``: the state that was left.
    case previousState
    /// ``IODirection``.
    case direction
    /// ``RetransmitType``.
    case retransmitType

    /// How many values it has.
    package var count: Int {
        switch self {
        case .type: NetworkType.allCases.count
        case .role: HandshakeRole.allCases.count
        case .outcome: HandshakeOutcome.allCases.count
        case .state, .previousState: ConnectionState.allCases.count
        case .direction: IODirection.allCases.count
        case .retransmitType: RetransmitType.allCases.count
        }
    }
}

/// A value of a ``Dimension``.
package protocol Coordinate: CaseIterable, RawRepresentable<UInt8>, Sendable {
    /// Its place among all values.
    var index: Int { get }
}

extension Coordinate {
    /// Its place among all values, which the kernel numbers from 0 on.
    package var index: Int { Int(rawValue) }
}

extension NetworkType: Coordinate {}
extension HandshakeRole: Coordinate {}
extension HandshakeOutcome: Coordinate {}
extension IODirection: Coordinate {}
extension RetransmitType: Coordinate {}

extension ConnectionState: Coordinate {
    /// Its place among all states, which the kernel numbers from 1 on.
    package var index: Int { Int(rawValue) - 1 }
}
