internal import Metrics
internal import Readings

// What happened.
extension MetricDefinition {
    package static let transitions = Self(
        "tcplens.connection.transitions",
        .counter,
        "{transition}",
        "Changes of state of TCP connections.",
        // TIME_WAIT is no state of the socket that had the connection: it begins and ends without an event.
        from: .counter(.transitions) {
            $0[1] == $0[2] || $0[1...].contains(ConnectionState.timeWait.index) ? .never : .onceCounted
        }
    )
    package static let handshakes = Self(
        "tcplens.handshakes",
        .counter,
        "{handshake}",
        "Handshakes that finished or failed.",
        condition: .following,
        // Most handshakes of servers fail while there is a request socket only, of which there are no events. Those of
        // sockets that were made before (TCP Fast Open) have points once there are some.
        from: .counter(.handshakes) {
            $0[0] == HandshakeRole.server.index && $0[2] != HandshakeOutcome.succeeded.index ? .onceCounted : .always
        },
        // What the kernel counts of request sockets, of both protocols together: a peer broke off what it had begun.
        .namespace([
            NamespaceSeries([AttributeKey.role: "server", AttributeKey.error: "reset"], .embryonicResets)
        ])
    )
    package static let io = Self(
        "tcplens.connection.io",
        .counter,
        "By",
        "Bytes of data that connections carried.",
        condition: .following,
        from: .counter(.bytes)
    )
    package static let retransmits = Self(
        "tcplens.retransmits",
        .counter,
        "{segment}",
        "Segments that were sent again.",
        condition: .tracepoints(["tcp_retransmit_skb", "tcp_retransmit_synack"]),
        from: .counter(.retransmits)
    )
    package static let resets = Self(
        "tcplens.resets",
        .counter,
        "{segment}",
        "Resets that were sent and received.",
        condition: .tracepoints(["tcp_send_reset", "tcp_receive_reset"]),
        from: .counter(.resets)
    )
    package static let listenerDrops = Self(
        "tcplens.listener.drops",
        .counter,
        "{event}",
        "Segments that would have begun or finished a connection and that a listener dropped.",
        condition: .following,
        attributes: listenerAttributes,
        from: .listenerDrops
    )
}
