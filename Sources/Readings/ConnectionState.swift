/// The state of a TCP connection, with the kernel's own numbers (`include/net/tcp_states.h`).
package enum ConnectionState: UInt8, CaseIterable, Sendable, Codable {
    /// Data can flow both ways.
    case established = 1
    /// A SYN was sent; there is no answer yet.
    case synSent = 2
    /// A SYN arrived, and the handshake is not finished. Request sockets are in this state too.
    case synReceived = 3
    /// Closed here; the FIN is not acknowledged yet.
    case finWait1 = 4
    /// Closed here; the peer has not closed.
    case finWait2 = 5
    /// Both sides have closed, and late segments may still arrive.
    case timeWait = 6
    /// There is no connection, or it has ended.
    case closed = 7
    /// The peer has closed; the program here has not.
    case closeWait = 8
    /// The program here closed after the peer; the FIN is not acknowledged yet.
    case lastAck = 9
    /// Waiting for connections.
    case listen = 10
    /// Both closed at the same time; the FIN is not acknowledged yet.
    case closing = 11

    /// The value of `network.connection.state` in OpenTelemetry's semantic conventions.
    package var attributeValue: String {
        switch self {
        case .established: "established"
        case .synSent: "syn_sent"
        case .synReceived: "syn_received"
        case .finWait1: "fin_wait_1"
        case .finWait2: "fin_wait_2"
        case .timeWait: "time_wait"
        case .closed: "closed"
        case .closeWait: "close_wait"
        case .lastAck: "last_ack"
        case .listen: "listen"
        case .closing: "closing"
        }
    }

    /// The kernel's name, without its prefix `TCP_`.
    package var kernelName: String {
        switch self {
        case .established: "ESTABLISHED"
        case .synSent: "SYN_SENT"
        case .synReceived: "SYN_RECV"
        case .finWait1: "FIN_WAIT1"
        case .finWait2: "FIN_WAIT2"
        case .timeWait: "TIME_WAIT"
        case .closed: "CLOSE"
        case .closeWait: "CLOSE_WAIT"
        case .lastAck: "LAST_ACK"
        case .listen: "LISTEN"
        case .closing: "CLOSING"
        }
    }

    /// The state with this OpenTelemetry or kernel name, in upper or lower case: `fin_wait_1`, `FIN_WAIT1`.
    package init?(name: String) {
        let name = name.lowercased()
        let states = Self.allCases.filter { $0.attributeValue == name || $0.kernelName.lowercased() == name }
        guard let state = states.first else { return nil }
        self = state
    }

    /// The states in which a socket is in the kernel's tables: all but ``closed``.
    package static let counted = allCases.filter { $0 != .closed }

    /// The states whose beginning a socket remembers.
    ///
    /// Listeners are not connections, and TIME_WAIT has a socket of another kind.
    package static let aging = counted.filter { $0 != .listen && $0 != .timeWait }

    /// The states that a socket enters and leaves only with an event, so that flows account for them completely.
    package static let eventful: [ConnectionState] = [
        .established, .synSent, .finWait1, .closeWait, .lastAck, .closing,
    ]
}

/// The network protocol of a connection's packets; a v4-mapped IPv6 address means IPv4.
package enum NetworkType: UInt8, CaseIterable, Sendable, Codable {
    /// IPv4.
    case ipv4 = 0
    /// IPv6.
    case ipv6 = 1

    /// The value of `network.type` in OpenTelemetry's semantic conventions.
    package var attributeValue: String {
        switch self {
        case .ipv4: "ipv4"
        case .ipv6: "ipv6"
        }
    }
}
