/// The role of a socket in its connection.
package enum HandshakeRole: UInt8, CaseIterable, Sendable {
    /// It connected.
    case client = 0
    /// It came from a listener.
    case server = 1

    /// The value of `tcplens.connection.role`.
    package var attributeValue: String {
        switch self {
        case .client: "client"
        case .server: "server"
        }
    }
}

/// How a handshake ended.
package enum HandshakeOutcome: UInt8, CaseIterable, Sendable {
    /// The connection is established.
    case succeeded = 0
    /// Nothing listens at the peer.
    case refused = 1
    /// The peer reset it.
    case reset = 2
    /// There was no answer.
    case timedOut = 3
    /// The host can't be reached.
    case hostUnreachable = 4
    /// The network can't be reached.
    case netUnreachable = 5
    /// No local port was left, or the requested port already has such a connection.
    case addressNotAvailable = 6
    /// Another error, or the program gave up waiting.
    case other = 7

    /// The value of `error.type`; `nil` on success, where the attribute is absent.
    package var attributeValue: String? {
        switch self {
        case .succeeded: nil
        case .refused: "refused"
        case .reset: "reset"
        case .timedOut: "timed_out"
        case .hostUnreachable: "host_unreachable"
        case .netUnreachable: "net_unreachable"
        case .addressNotAvailable: "address_not_available"
        case .other: "_OTHER"
        }
    }
}

/// The direction of data or segments.
package enum IODirection: UInt8, CaseIterable, Sendable {
    /// Out of this machine.
    case transmit = 0
    /// Into this machine.
    case receive = 1

    /// The value of `network.io.direction`.
    package var attributeValue: String {
        switch self {
        case .transmit: "transmit"
        case .receive: "receive"
        }
    }
}

/// Why a segment was retransmitted.
package enum RetransmitType: UInt8, CaseIterable, Sendable {
    /// A SYN without an answer.
    case syn = 0
    /// A SYN-ACK without an answer.
    case synAck = 1
    /// Acknowledgements of later segments showed that it was lost.
    case fast = 2
    /// The retransmission timer expired.
    case timeout = 3
    /// A probe of whether the last segments arrived.
    case tailLossProbe = 4
    /// Another reason.
    case other = 5

    /// The value of `tcplens.retransmit.type`.
    package var attributeValue: String {
        switch self {
        case .syn: "syn"
        case .synAck: "syn_ack"
        case .fast: "fast"
        case .timeout: "timeout"
        case .tailLossProbe: "tail_loss_probe"
        case .other: "_OTHER"
        }
    }
}
