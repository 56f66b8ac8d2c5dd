internal import Catalogue

// What can be wrong with connections. A cause stands before what follows from it: what is found first is shown first.
extension Finding {
    /// A program that does not close what its peers have closed.
    package static let closeWaitLeak = Finding(
        "close_wait_leak",
        "CLOSE_WAIT leak",
        after: .seconds(300),
        when: Check(.lasting(inState("close_wait")), above: 50, timesBaseline: 2, orAbove: 1000, .count),
        meaning: """
            The other side has closed these connections; a program here has not. If that goes on, it runs out of file \
            descriptors, or of what it keeps for each connection, such as workers of a pool.
            """,
        remedy: """
            Find the program, and look for a path in which it forgets to close: an exception, a timeout of a pool. \
            Restarting it frees the sockets.
            """,
        command: "ss -tnp state close-wait",
        reason: """
            Connections pass through CLOSE_WAIT all the time, but fifty of them at every collection of the range have \
            not been closed.
            """,
        evidence: [
            Evidence(
                "oldest in CLOSE_WAIT",
                .peak(Selector(.stateAge, [AttributeKey.state: .equal("close_wait")])),
                .duration
            )
        ]
    )
    /// A peer or a program here that does not read.
    package static let zeroWindow = Finding(
        "zero_window",
        "Zero window",
        after: .seconds(120),
        when: Check(.lasting(Selector(.stalled, by: AttributeKey.direction)), above: 0, .count),
        meaning: """
            Connections stand still because a receiver does not read: a program here (receive), or the peer \
            (transmit). The network carries what is sent, but nobody takes it.
            """,
        remedy: """
            receive: see what the program here waits for, such as a lock, a disk or a full pool. transmit: ask the \
            same of the peer; until it reads, what is sent to it waits in memory here.
            """,
        command: "ss -tnop state established",
        reason:
            "A window that is zero at every collection of the range: a burst closes a window for milliseconds only.",
        evidence: [
            Evidence("bytes that wait", .sum(Selector(.queueUsage, by: AttributeKey.direction)), .count),
            Evidence(
                "closed windows and probes",
                .rate(Selector(.zeroWindows, by: AttributeKey.direction)),
                .perSecond
            ),
        ]
    )
    /// So many connections in TIME_WAIT that ports run out.
    package static let timeWaitPorts = Finding(
        "time_wait_ports",
        "TIME_WAIT takes the ports",
        after: .seconds(120),
        when: Check(
            .share(.sum(inState("time_wait")), of: .sum(Selector(.ephemeralPortLimit))),
            above: 0.7,
            .share
        ),
        Check(.rate(Selector(.handshakes, client)), above: 10, .perSecond),
        meaning: """
            Nearly as many connections are in TIME_WAIT as there are local ports, and programs here open many. If most \
            go to one destination, connecting to it fails soon, or the kernel searches long for a free port.
            """,
        remedy: """
            Keep connections open instead of opening one for each request: a pool, HTTP keep-alive. Where that is not \
            possible: net.ipv4.tcp_tw_reuse=1, a wider net.ipv4.ip_local_port_range, or more addresses.
            """,
        command: "tcplens snapshot --by peer-port",
        reason: """
            Ports are taken at random, so the search for a free one gets long before the last is gone. Connections that \
            others opened take no local port of their own, so some must have been opened here.
            """,
        evidence: [
            Evidence("failures because no port is free", .rate(withoutPort), .perSecond)
        ]
    )
    /// TIME_WAIT near the limit of the kernel.
    package static let timeWaitLimit = Finding(
        "time_wait_limit",
        "TIME_WAIT near its limit",
        after: .seconds(300),
        when: Check(.share(.sum(inState("time_wait")), of: .sum(Selector(.timeWaitLimit))), above: 0.8, .share),
        meaning: """
            Beyond the limit the kernel closes connections without TIME_WAIT, so late segments of an old connection \
            can disturb a new one.
            """,
        remedy: "Keep connections open, or raise net.ipv4.tcp_max_tw_buckets: each takes some 300 bytes of memory.",
        command: "sysctl net.ipv4.tcp_max_tw_buckets",
        reason: "A fifth of the limit is left for the next burst.",
        evidence: [Evidence("connections without room in TIME_WAIT", .rate(Selector(.timeWaitOverflows)), .perSecond)]
    )
    /// Connecting fails because no port is free.
    package static let portsUsedUp = Finding(
        "ports_used_up",
        "No free port",
        .critical,
        after: .seconds(60),
        when: Check(.rate(withoutPort), above: 0, .perSecond),
        meaning: "Programs here fail to connect: every local port for that destination is in use.",
        remedy: """
            See which destination has the connections. Keep them open and reuse them; net.ipv4.tcp_tw_reuse=1, more \
            addresses, or a wider net.ipv4.ip_local_port_range help at once.
            """,
        command: "tcplens snapshot --by peer-port",
        reason: "One such failure is one too many: no application expects it.",
        evidence: [
            Evidence("TIME_WAIT", .sum(inState("time_wait")), .count),
            Evidence("established", .sum(inState("established")), .count),
        ]
    )
    /// SYN cookies are sent, so a SYN queue is full.
    package static let synFlood = Finding(
        "syn_flood",
        "SYN flood",
        after: .seconds(60),
        when: Check(
            .rate(Selector(.synCookies, [AttributeKey.cookieResult: .equal("sent")])),
            above: 1,
            timesBaseline: 3,
            orAbove: 100,
            .perSecond
        ),
        meaning: """
            More SYNs arrive than the queue of unfinished handshakes holds, so the kernel answers with SYN cookies. Real \
            clients still get in; those without TCP timestamps lose window scaling and SACK.
            """,
        remedy: """
            If the clients are real (their cookies come back), raise the backlog of listen() and net.core.somaxconn. If \
            they are not, filter upstream, or with synproxy.
            """,
        command: "tcplens snapshot --by listener",
        reason: "A cookie each second: a queue that is full for a moment sends a few.",
        evidence: [
            Evidence("half-open connections", .sum(inState("syn_received")), .count),
            Evidence(
                "cookies that came back",
                .rate(Selector(.synCookies, [AttributeKey.cookieResult: .equal("received")])),
                .perSecond
            ),
        ]
    )
    /// A SYN queue that is nearly full.
    package static let halfOpen = Finding(
        "half_open",
        "Half-open connections pile up",
        after: .seconds(120),
        when: Check(
            .share(.sum(Selector(.synQueueUsage, by: port)), of: .sum(Selector(.synQueueLimit, by: port))),
            above: 0.8,
            .share
        ),
        meaning: """
            Handshakes begin and do not finish: a flood of SYNs from addresses that do not answer, or answers that are \
            lost on their way. Without SYN cookies, new clients are dropped when the queue is full.
            """,
        remedy: "Turn on net.ipv4.tcp_syncookies, raise the backlog, and see from where the SYNs come.",
        command: "ss -tn state syn-recv",
        reason: "A healthy queue is nearly empty: a handshake stays in it for one round trip.",
        evidence: [
            Evidence(
                "SYN-ACKs sent again",
                .rate(Selector(.retransmits, [AttributeKey.retransmitType: .equal("syn_ack")])),
                .perSecond
            )
        ]
    )
    /// A program that does not accept.
    package static let acceptQueueFull = Finding(
        "accept_queue_full",
        "Accept queue full",
        .critical,
        after: .seconds(60),
        when: Check(.peak(Selector(.acceptQueueFull, by: port)), above: 0, .count),
        meaning: """
            The program on this port, or one of its workers, does not accept connections as fast as they come. Clients \
            wait a second or more for their SYN or their first data to be sent again.
            """,
        remedy: """
            See what the program waits for: all workers busy, a lock, garbage collection. A longer backlog only helps \
            against bursts.
            """,
        command: "tcplens snapshot --by listener",
        reason: "A full queue drops connections from the first one on.",
        evidence: [
            Evidence("what listeners drop", .rate(Selector(.listenerDrops, by: port)), .perSecond),
            Evidence("waiting to be accepted", .sum(Selector(.acceptQueueUsage, by: port)), .count),
        ]
    )

    static let port = AttributeKey.localPort
    static let client: [String: Selector.Match] = [AttributeKey.role: .equal("client")]
    static let withoutPort = Selector(.handshakes, [AttributeKey.error: .equal("address_not_available")])

    static func inState(_ state: String) -> Selector {
        Selector(.connectionCount, [AttributeKey.state: .equal(state)])
    }
}
