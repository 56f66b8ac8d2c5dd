internal import Readings

/// A connection, up to the end of its TIME_WAIT.
struct SimulatedConnection: Sendable {
    /// The role of this host.
    let role: HandshakeRole
    /// The workload that it is counted for.
    let owner: Workload.ID
    /// The protocol.
    let type: NetworkType
    /// The port of the service, on this host or on the peer.
    let port: UInt16
    /// Its state.
    var state: ConnectionState
    /// When it entered that state, in nanoseconds since the host's start.
    var since: UInt64
    /// When its handshake began.
    let opened: UInt64
    /// When it became ESTABLISHED.
    var established: UInt64?
}

/// What happens next to a connection.
enum Step: Sendable {
    /// Its handshake succeeds.
    case establish
    /// Its handshake fails.
    case fail(HandshakeOutcome)
    /// It changes its state.
    case enter(ConnectionState)
    /// Its socket ends and TIME_WAIT begins, for which no event fires.
    case wait
    /// TIME_WAIT ends, for which no event fires either.
    case forget
}

extension SimulatedConnection {
    /// How a connection ends: the states that it enters after ESTABLISHED.
    enum Ending: CaseIterable {
        /// This side closes first.
        case active
        /// The peer closes first.
        case passive
        /// Both close at the same time.
        case simultaneous
        /// One side resets it.
        case reset

        /// The steps in order.
        ///
        /// The first one ends ESTABLISHED.
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
