internal import Readings

/// A connection, or what is left of it.
struct SimulatedConnection: Sendable {
    /// Which end of it this host is.
    let role: HandshakeRole
    /// The protocol.
    let type: NetworkType
    /// The port of the service, here or at the peer.
    let port: UInt16
    /// Its state.
    var state: ConnectionState
    /// Since when it has been in it, in nanoseconds since the host began.
    var since: UInt64
    /// When its handshake began.
    let opened: UInt64
    /// When it became ESTABLISHED.
    var established: UInt64?
}

/// What happens to a connection next.
enum Step: Sendable {
    /// Its handshake succeeds.
    case establish
    /// Its handshake fails.
    case fail(HandshakeOutcome)
    /// It changes its state.
    case enter(ConnectionState)
    /// Its socket ends, and TIME_WAIT begins, of which there is no event.
    case wait
    /// It is gone from TIME_WAIT, of which there is no event either.
    case forget
}

extension SimulatedConnection {
    /// How a life goes on from ESTABLISHED: the states that it enters.
    enum Ending: CaseIterable {
        /// This side closes first.
        case active
        /// The peer closes first.
        case passive
        /// Both close at the same time.
        case simultaneous
        /// One of them resets it.
        case reset

        /// Each step after the one before it; the first ends the life in ESTABLISHED.
        var steps: [Step] {
            switch self {
            case .active: [.enter(.finWait1), .enter(.finWait2), .wait, .forget]
            case .passive: [.enter(.closeWait), .enter(.lastAck), .enter(.closed)]
            case .simultaneous: [.enter(.finWait1), .enter(.closing), .wait, .forget]
            case .reset: [.enter(.closed)]
            }
        }
    }
}
