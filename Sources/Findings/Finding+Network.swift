internal import Catalogue

// What can be wrong on the way, and what follows from it.
extension Finding {
    /// Segments that are lost.
    package static let loss = Finding(
        "loss",
        "Loss",
        after: .seconds(120),
        when: Check(
            .share(.rate(dataSentAgain), of: .rate(sent)),
            above: 0.01,
            timesBaseline: 3,
            orAbove: 0.05,
            .share
        ),
        Check(.rate(dataSentAgain), above: 1, .perSecond),
        meaning: """
            More than one segment in a hundred is sent again. Each makes its connection wait for a round trip at least, \
            and for 200 ms or more at the end of an answer.
            """,
        remedy: """
            Compare hosts: one host means its link, card or queue; one destination means the way there. Look at drops \
            of interfaces and queues, and at limits of the cloud.
            """,
        command: "ss -tino state established",
        reason: "Below one percent TCP hardly slows down; SYNs are left out, as they say more about listeners.",
        evidence: [
            Evidence("by type", .rate(Selector(.retransmits, by: AttributeKey.retransmitType)), .perSecond),
            Evidence("median round trip", .quantile(0.5, Selector(.rtt)), .duration),
        ]
    )
    /// Round trips that are longer than usual.
    package static let roundTrips = Finding(
        "round_trips",
        "Round trips longer than usual",
        after: .seconds(300),
        when: Check(
            .quantile(0.5, Selector(.rtt)),
            above: 0.005,
            timesBaseline: 3,
            .duration,
            needsBaseline: true
        ),
        meaning: """
            The median round trip is three times what it was. Either the way is longer (another route, region or zone), \
            or a queue on the way is full.
            """,
        remedy: """
            See whether traffic moved: a failover, a new destination. If not, look for a link that is full, and for \
            large transfers that began at that time.
            """,
        command: "ss -tin",
        reason: "Buckets are powers of two, so a factor of three is more than their error; below 5 ms nobody notices.",
        evidence: [
            Evidence("sent again", .share(.rate(dataSentAgain), of: .rate(sent)), .share),
            Evidence("bytes", .rate(Selector(.io, by: AttributeKey.direction)), .perSecond),
        ]
    )
    /// Connections of clients here that fail.
    package static let handshakeFailures = Finding(
        "handshake_failures",
        "Connecting fails",
        after: .seconds(120),
        when: Check(
            .share(
                .rate(Selector(.handshakes, failed, by: AttributeKey.error)),
                of: .rate(Selector(.handshakes, client))
            ),
            above: 0.05,
            timesBaseline: 2,
            orAbove: 0.5,
            .share
        ),
        Check(.rate(Selector(.handshakes, failed, by: AttributeKey.error)), above: 0.1, .perSecond),
        meaning: """
            More than one connection in twenty that programs here open fails, for the reason that the group names. \
            refused: nobody listens there. timed_out: no answer, so a filter, a dead host or a full queue. reset: \
            something on the way, or the peer, does not want it.
            """,
        remedy:
            "Find the destination, and look at its side: is the service up, is its accept queue full, is it filtered?",
        command: "tcplens trace --failed",
        reason: "A few failures are a peer or two that restart; one in twenty is felt.",
        evidence: [Evidence("connections opened", .rate(Selector(.handshakes, client)), .perSecond)]
    )
    /// Services that answer late, by their port.
    package static let slowAnswers = Finding(
        "slow_answers",
        "Slow answers",
        after: .seconds(120),
        when: Check(.quantile(0.95, Selector(.responseDuration, by: port)), above: 0.25, timesBaseline: 2, .duration),
        meaning: """
            One answer in twenty takes this long after the program has read the request. The network of its clients has \
            no part in it; what the program itself calls does.
            """,
        remedy: "Look at the service: its CPU, its pools, what it calls. Its traces say more.",
        command: "tcplens snapshot --by listener",
        reason: "A quarter of a second is felt by people; needs --response-time.",
        evidence: [Evidence("waiting to be accepted", .sum(Selector(.acceptQueueUsage, by: port)), .count)]
    )
    /// Memory of TCP near its limit.
    package static let memoryPressure = Finding(
        "memory_pressure",
        "TCP memory near its limit",
        .critical,
        after: .seconds(120),
        when: Check(.share(.sum(Selector(.memoryUsage)), of: .sum(Selector(.memoryLimit))), above: 0.8, .share),
        meaning: "The queues of all sockets fill the memory that TCP may use. Beyond the limit the kernel drops data.",
        remedy: "See which connections hold bytes; a receiver that does not read is the usual cause.",
        command: "cat /proc/net/sockstat /proc/sys/net/ipv4/tcp_mem",
        reason: "From the middle number of tcp_mem on, the kernel already shrinks buffers.",
        evidence: [Evidence("bytes that wait", .sum(Selector(.queueUsage, by: AttributeKey.direction)), .count)]
    )

    /// What was sent again of data; SYNs and SYN-ACKs are about connecting.
    static let dataSentAgain = Selector(.retransmits, [AttributeKey.retransmitType: .noneOf(["syn", "syn_ack"])])
    static let sent = Selector(.segments, [AttributeKey.direction: .equal("transmit")])
    static let failed: [String: Selector.Match] = [AttributeKey.role: .equal("client"), AttributeKey.error: .present]
}
