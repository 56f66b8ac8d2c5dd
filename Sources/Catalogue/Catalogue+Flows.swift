internal import Metrics
internal import Readings

// What happened.
extension MetricDefinition {
    /// Changes of state, counted at events and by passes that find missed ones.
    package static let transitions = Self(
        "tcplens.connection.transitions",
        .counter,
        "{transition}",
        "Changes of state of TCP connections.",
        answers: "What happens to connections, and how often?",
        // A connection's socket is never in TIME_WAIT: another socket takes over, and no event fires when that begins
        // or ends.
        from: .counter(.transitions) {
            $0[1] == $0[2] || $0[1...].contains(ConnectionState.timeWait.index) ? .never : .onceCounted
        }
    )
    /// Handshakes that ended, by role and outcome; those that fail as request sockets are counted by the kernel.
    package static let handshakes = Self(
        "tcplens.handshakes",
        .counter,
        "{handshake}",
        "Handshakes that finished or failed.",
        answers: "Do connections come about, and why not?",
        condition: .following,
        // Most failed handshakes of servers have only a request socket, for which there are no events. Those with a
        // full socket (TCP Fast Open) have points once one was counted.
        from: .counter(.handshakes) {
            $0[0] == HandshakeRole.server.index && $0[2] != HandshakeOutcome.succeeded.index ? .onceCounted : .always
        },
        // The kernel counts resets of request sockets by the peer, for both protocols together.
        .namespace([
            NamespaceSeries([AttributeKey.role: "server", AttributeKey.error: "reset"], .embryonicResets)
        ])
    )
    /// Bytes of data of all connections, by direction and role, each byte counted once.
    package static let io = Self(
        "tcplens.connection.io",
        .counter,
        "By",
        "Bytes of data that connections carried; without those of connections that are not followed.",
        answers: "How much data do connections carry?",
        condition: .following,
        from: .counter(.bytes)
    )
    /// Retransmitted segments, by reason.
    package static let retransmits = Self(
        "tcplens.retransmits",
        .counter,
        "{segment}",
        "Segments that were sent again.",
        answers: "How much is sent again, and for what reason?",
        condition: .tracepoints(["tcp_retransmit_skb", "tcp_retransmit_synack"]),
        from: .counter(.retransmits)
    )
    /// Resets, by direction.
    package static let resets = Self(
        "tcplens.resets",
        .counter,
        "{segment}",
        "Resets that were sent and received.",
        answers: "Who breaks connections off?",
        condition: .tracepoints(["tcp_send_reset", "tcp_receive_reset"]),
        from: .counter(.resets)
    )
    /// Segments that listeners dropped, by port.
    package static let listenerDrops = Self(
        "tcplens.listener.drops",
        .counter,
        "{event}",
        "Segments that would have begun or finished a connection and that a listener dropped.",
        answers: "Which listener turns connections away?",
        condition: .following,
        attributes: listenerAttributes,
        from: .listenerDrops
    )
}
