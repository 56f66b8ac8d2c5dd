internal import Readings

// How many there are now.
extension MetricDefinition {
    package static let connectionCount = Self(
        "system.network.connection.count",
        .upDownCounter,
        "{connection}",
        "TCP connections by state.",
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
    package static let acceptQueueUsage = listeners(
        "tcplens.listener.accept_queue.usage",
        "{connection}",
        "Connections that wait for their program to accept them."
    ) { $0.acceptUsage }
    package static let acceptQueueLimit = listeners(
        "tcplens.listener.accept_queue.limit",
        "{connection}",
        "Connections that may wait for their program to accept them."
    ) { $0.acceptLimit }
    package static let acceptQueueFull = listeners(
        "tcplens.listener.accept_queue.full",
        "{listener}",
        "Listeners whose queue of connections that wait to be accepted is full."
    ) { $0.acceptFull }
    package static let synQueueUsage = listeners(
        "tcplens.listener.syn_queue.usage",
        "{connection}",
        "Connections whose handshake is not finished."
    ) { $0.synUsage }
    package static let synQueueLimit = listeners(
        "tcplens.listener.syn_queue.limit",
        "{connection}",
        "Connections whose handshake may be unfinished at a time."
    ) { $0.synLimit }

    /// What the points of a listener have; the row of those for which there was no room has its protocol, too.
    static let listenerAttributes = [
        AttributeDefinition(AttributeKey.localPort, .port),
        AttributeDefinition(AttributeKey.type, .type),
        .overflow,
    ]

    private static func listeners(
        _ name: String,
        _ unit: String,
        _ description: String,
        _ value: @escaping @Sendable (ListenerRow) -> UInt64
    ) -> Self {
        Self(name, .upDownCounter, unit, description, attributes: listenerAttributes, from: .listeners(value))
    }
}

extension MetricDefinition {
    package static let queueUsage = Self(
        "tcplens.connection.queue.usage",
        .upDownCounter,
        "By",
        "Bytes that wait in connections: to be acknowledged by the peer, or to be read by the program here.",
        from: .stock(.queuedBytes)
    )
    package static let stalled = Self(
        "tcplens.connection.stalled",
        .upDownCounter,
        "{connection}",
        "Connections held up by a window of zero: the peer's (transmit), or ours, as the program does not read (receive).",
        from: .stock(.stalled)
    )
    package static let stateAge = Self(
        "tcplens.connection.state.age",
        .gauge,
        "s",
        "For how long the connection that is longest in a state has been there; of one older than tcplens, since that began.",
        condition: .following,
        from: .stock(.oldest) { ConnectionState.aging.contains(ConnectionState.allCases[$0[0]]) ? .always : .never }
    )
    package static let unfollowed = Self(
        "tcplens.connection.unfollowed",
        .upDownCounter,
        "{connection}",
        "Connections that there is no memory for: they are counted, but have no durations, round-trip times and bytes.",
        condition: .following,
        from: .stock(.unfollowed)
    )
}

// Limits and memory of the network namespace.
extension MetricDefinition {
    package static let timeWaitLimit = Self(
        "tcplens.time_wait.limit",
        .upDownCounter,
        "{connection}",
        "Connections that may be in TIME_WAIT at a time.",
        condition: .files(["sys/net/ipv4/tcp_max_tw_buckets"]),
        from: .stock(.timeWaitLimit)
    )
    package static let ephemeralPortLimit = Self(
        "tcplens.ephemeral_port.limit",
        .upDownCounter,
        "{port}",
        "Ports that the kernel may choose from for a connection to one destination.",
        condition: .files(["sys/net/ipv4/ip_local_port_range", "sys/net/ipv4/ip_local_reserved_ports"]),
        from: .stock(.ephemeralPorts)
    )
    package static let memoryUsage = Self(
        "tcplens.memory.usage",
        .upDownCounter,
        "By",
        "Memory that the queues of all TCP sockets of the machine take.",
        condition: .firstNamespace(["sys/net/ipv4/tcp_mem", "self/net/sockstat"]),
        from: .stock(.memory)
    )
    package static let memoryLimit = Self(
        "tcplens.memory.limit",
        .upDownCounter,
        "By",
        "Memory that the queues of all TCP sockets of the machine may take.",
        condition: .firstNamespace(["sys/net/ipv4/tcp_mem", "self/net/sockstat"]),
        from: .stock(.memoryLimit)
    )
}
