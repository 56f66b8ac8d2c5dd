internal import Readings

// How many there are now.
extension MetricDefinition {
    /// Sockets in each state, counted by a pass; split by port if that was asked for.
    package static let connectionCount = Self(
        "system.network.connection.count",
        .upDownCounter,
        "{connection}",
        "TCP connections by state.",
        answers: "How many connections are in each state?",
        attributes: [
            AttributeDefinition(AttributeKey.state, .oneOf(ConnectionState.counted.map(\.attributeValue))),
            AttributeDefinition(AttributeKey.transport, .oneOf(["tcp"])),
            AttributeDefinition(AttributeKey.type, .type),
            AttributeDefinition(AttributeKey.localPort, .port, isRequired: false),
            AttributeDefinition(AttributeKey.peerPort, .port, isRequired: false),
            .overflow,
        ],
        from: .connections
    )
    /// Connections in the accept queues, by port.
    package static let acceptQueueUsage = listeners(
        "tcplens.listener.accept_queue.usage",
        "{connection}",
        "Connections that wait for their program to accept them.",
        answers: "How many connections wait to be accepted?"
    ) { $0.acceptUsage }
    /// Sum of the limits of the accept queues, by port.
    package static let acceptQueueLimit = listeners(
        "tcplens.listener.accept_queue.limit",
        "{connection}",
        "Connections that may wait for their program to accept them.",
        answers: "How many may wait to be accepted?"
    ) { $0.acceptLimit }
    /// Listeners with a full accept queue, by port.
    package static let acceptQueueFull = listeners(
        "tcplens.listener.accept_queue.full",
        "{listener}",
        "Listeners whose queue of connections that wait to be accepted is full.",
        answers: "Does a program, or one of its workers, accept too slowly?"
    ) { $0.acceptFull }
    /// Request sockets of listeners, by port.
    package static let synQueueUsage = listeners(
        "tcplens.listener.syn_queue.usage",
        "{connection}",
        "Connections whose handshake is not finished.",
        answers: "How many handshakes are unfinished?"
    ) { $0.synUsage }
    /// Sum of the limits of request sockets, by port.
    package static let synQueueLimit = listeners(
        "tcplens.listener.syn_queue.limit",
        "{connection}",
        "Connections whose handshake may be unfinished at a time.",
        answers: "How many handshakes may be unfinished?"
    ) { $0.synLimit }

    /// The attributes of a listener's points.
    ///
    /// The overflow row has its protocol, too.
    static let listenerAttributes = [
        AttributeDefinition(AttributeKey.localPort, .port),
        AttributeDefinition(AttributeKey.type, .type),
        .overflow,
    ]

    private static func listeners(
        _ name: String,
        _ unit: String,
        _ description: String,
        answers question: String,
        _ value: @escaping @Sendable (ListenerRow) -> UInt64
    ) -> Self {
        Self(
            name,
            .upDownCounter,
            unit,
            description,
            answers: question,
            attributes: listenerAttributes,
            from: .listeners(value)
        )
    }
}

extension MetricDefinition {
    /// Bytes in the send and receive queues of all connections.
    package static let queueUsage = Self(
        "tcplens.connection.queue.usage",
        .upDownCounter,
        "By",
        "Bytes that wait in connections: to be acknowledged by the peer, or to be read by the program here.",
        answers: "How many bytes wait in sockets?",
        from: .stock(.queuedBytes)
    )
    /// Connections that a zero window stops, by direction.
    package static let stalled = Self(
        "tcplens.connection.stalled",
        .upDownCounter,
        "{connection}",
        "Connections held up by a window of zero: the peer's (transmit), or ours, as the program does not read (receive).",
        answers: "How many connections does a receiver that does not read hold up now?",
        from: .stock(.stalled)
    )
    /// For each state, the longest time that a connection has been in it.
    package static let stateAge = Self(
        "tcplens.connection.state.age",
        .gauge,
        "s",
        "For how long the connection that is longest in a state has been there; of one older than tcplens, since that began.",
        answers: "Since when has the oldest connection been in a state?",
        condition: .following,
        from: .stock(.oldest) { ConnectionState.aging.contains(ConnectionState.allCases[$0[0]]) ? .always : .never }
    )
    /// Connections without a slot.
    package static let unfollowed = Self(
        "tcplens.connection.unfollowed",
        .upDownCounter,
        "{connection}",
        "Connections beyond the limit (--connection-limit): they are counted, but their durations and bytes are missing.",
        answers: "Is everything followed?",
        condition: .following,
        from: .stock(.unfollowed)
    )
}

// Limits and memory of the network namespace.
extension MetricDefinition {
    /// Limit of sockets in TIME_WAIT, `tcp_max_tw_buckets`.
    package static let timeWaitLimit = Self(
        "tcplens.time_wait.limit",
        .upDownCounter,
        "{connection}",
        "Connections that may be in TIME_WAIT at a time.",
        answers: "How many connections may be in TIME_WAIT?",
        condition: .files(["sys/net/ipv4/tcp_max_tw_buckets"]),
        from: .stock(.timeWaitLimit)
    )
    /// Number of ports for outgoing connections, without reserved ports.
    package static let ephemeralPortLimit = Self(
        "tcplens.ephemeral_port.limit",
        .upDownCounter,
        "{port}",
        "Ports that the kernel may choose from for a connection to one destination.",
        answers: "How many ports are there for connections to one destination?",
        condition: .files(["sys/net/ipv4/ip_local_port_range", "sys/net/ipv4/ip_local_reserved_ports"]),
        from: .stock(.ephemeralPorts)
    )
    /// Memory of all TCP sockets' queues on the machine, from `sockstat`.
    package static let memoryUsage = Self(
        "tcplens.memory.usage",
        .upDownCounter,
        "By",
        "Memory that the queues of all TCP sockets of the machine take.",
        answers: "How much memory do the queues of all sockets take?",
        condition: .firstNamespace(["sys/net/ipv4/tcp_mem", "self/net/sockstat"]),
        from: .stock(.memory)
    )
    /// Limit of that memory: the last number of `tcp_mem`.
    package static let memoryLimit = Self(
        "tcplens.memory.limit",
        .upDownCounter,
        "By",
        "Memory that the queues of all TCP sockets of the machine may take.",
        answers: "How much memory may they take?",
        condition: .firstNamespace(["sys/net/ipv4/tcp_mem", "self/net/sockstat"]),
        from: .stock(.memoryLimit)
    )
}
