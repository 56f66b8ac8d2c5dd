package import Metrics

/// A metric as the catalogue has it: what its points have in common.
package struct CataloguedMetric {
    /// The name; a contract with dashboards and alerts.
    package let name: String
    /// One sentence for people.
    let description: String
    /// The unit, in UCUM.
    let unit: String
    /// The bounds of its buckets where these are fixed, of a distribution.
    package let bounds: BucketBounds?

    init(_ name: String, _ unit: String, _ description: String, _ bounds: BucketBounds? = nil) {
        self.name = name
        self.unit = unit
        self.description = description
        self.bounds = bounds
    }
}

// Each bound is a series for each series of the metric: together they are to stay below 500 where both protocols, both
// roles and all states are seen (`SeriesCountTests`). So distributions have the range in which they can be, and long
// ones, of which the order of magnitude counts, wider buckets.
extension BucketBounds {
    /// Of what passes between two machines: from 15 us to two minutes, longer than which no handshake lasts.
    fileprivate static let roundTrips = Self(-16...7)
    /// Of what a program does before it answers: from 15 us to 17 minutes.
    fileprivate static let answers = Self(-16...10)
    /// Of lives: from 1 ms to 12 days, by a factor of 8.
    fileprivate static let lives = Self(-10...20, octaves: 3)
    /// Of states, which are many: from 1 ms to 12 days, by a factor of 32.
    fileprivate static let states = Self(-10...20, octaves: 5)
}

// Stocks: how many there are now.
extension CataloguedMetric {
    package static let connectionCount = Self(
        "system.network.connection.count",
        "{connection}",
        "TCP connections by state."
    )
    package static let acceptQueueUsage = Self(
        "tcplens.listener.accept_queue.usage",
        "{connection}",
        "Connections that wait for their program to accept them."
    )
    package static let acceptQueueLimit = Self(
        "tcplens.listener.accept_queue.limit",
        "{connection}",
        "Connections that may wait for their program to accept them."
    )
    package static let synQueueUsage = Self(
        "tcplens.listener.syn_queue.usage",
        "{connection}",
        "Connections whose handshake is not finished."
    )
}

extension CataloguedMetric {
    package static let acceptQueueFull = Self(
        "tcplens.listener.accept_queue.full",
        "{listener}",
        "Listeners whose queue of connections that wait to be accepted is full."
    )
    package static let synQueueLimit = Self(
        "tcplens.listener.syn_queue.limit",
        "{connection}",
        "Connections whose handshake may be unfinished at a time."
    )
    package static let queueUsage = Self(
        "tcplens.connection.queue.usage",
        "By",
        "Bytes that wait in connections: to be acknowledged by the peer, or to be read by the program here."
    )
    package static let stalled = Self(
        "tcplens.connection.stalled",
        "{connection}",
        "Connections held up by a window of zero: the peer's (transmit), or ours, as the program does not read (receive)."
    )
    package static let stateAge = Self(
        "tcplens.connection.state.age",
        "s",
        "For how long the connection that is longest in a state has been there; of one older than tcplens, since that began."
    )
    package static let unfollowed = Self(
        "tcplens.connection.unfollowed",
        "{connection}",
        "Connections that there is no memory for: they are counted, but have no durations, round-trip times and bytes."
    )
}

// Limits and memory of the network namespace.
extension CataloguedMetric {
    package static let timeWaitLimit = Self(
        "tcplens.time_wait.limit",
        "{connection}",
        "Connections that may be in TIME_WAIT at a time."
    )
    package static let ephemeralPortLimit = Self(
        "tcplens.ephemeral_port.limit",
        "{port}",
        "Ports that the kernel may choose from for a connection to one destination."
    )
    package static let memoryUsage = Self(
        "tcplens.memory.usage",
        "By",
        "Memory that the queues of all TCP sockets of the machine take."
    )
    package static let memoryLimit = Self(
        "tcplens.memory.limit",
        "By",
        "Memory that the queues of all TCP sockets of the machine may take."
    )
}

// Flows: what happened.
extension CataloguedMetric {
    package static let transitions = Self(
        "tcplens.connection.transitions",
        "{transition}",
        "Changes of state of TCP connections."
    )
    package static let handshakes = Self("tcplens.handshakes", "{handshake}", "Handshakes that finished or failed.")
    package static let handshakeDuration = Self(
        "tcplens.handshake.duration",
        "s",
        "From the SYN to ESTABLISHED, of handshakes that finished.",
        .roundTrips
    )
    package static let connectionDuration = Self(
        "tcplens.connection.duration",
        "s",
        "From ESTABLISHED to the end.",
        .lives
    )
    package static let stateDuration = Self(
        "tcplens.connection.state.duration",
        "s",
        "Time spent in the state that was left.",
        .states
    )
    package static let io = Self("tcplens.connection.io", "By", "Bytes of data that connections carried.")
    package static let rtt = Self(
        "tcplens.rtt",
        "s",
        "The kernel's smoothed round-trip time, once for each minute in which a connection carried data, and at its end.",
        .roundTrips
    )
    package static let retransmits = Self("tcplens.retransmits", "{segment}", "Segments that were sent again.")
    package static let resets = Self("tcplens.resets", "{segment}", "Resets that were sent and received.")
    package static let segments = Self(
        "tcplens.segments",
        "{segment}",
        "Segments that were sent, without those sent again, and received."
    )
    package static let zeroWindows = Self(
        "tcplens.zero_windows",
        "{event}",
        "Windows that were closed to the peer (transmit), and probes of one that the peer has closed (receive)."
    )
    package static let aborts = Self("tcplens.aborts", "{connection}", "Connections that were broken off from here.")
    package static let receiveDrops = Self(
        "tcplens.receive.drops",
        "{segment}",
        "Segments that arrived and were thrown away for want of room."
    )
    package static let listenerOverflows = Self(
        "tcplens.listener.overflows",
        "{event}",
        "Segments that found an accept queue full; one attempt to connect may be several."
    )
    package static let listenerDrops = Self(
        "tcplens.listener.drops",
        "{event}",
        "Segments that would have begun or finished a connection and that a listener dropped."
    )
    package static let synCookies = Self("tcplens.syn_cookies", "{cookie}", "SYN cookies by what became of them.")
    package static let responseDuration = Self(
        "tcplens.response.duration",
        "s",
        "On accepted connections, from the last bytes of a request read to the first bytes of its answer written.",
        .answers
    )
    package static let timeWaitOverflows = Self(
        "tcplens.time_wait.overflows",
        "{event}",
        "Connections for which there was no room in TIME_WAIT."
    )
}

// The agent on itself.
extension CataloguedMetric {
    package static let programRuns = Self("tcplens.bpf.program.runs", "{run}", "How often a program of the agent ran.")
    package static let programTime = Self("tcplens.bpf.program.time", "s", "How long a program of the agent ran.")
    package static let lostEvents = Self("tcplens.lost_events", "{event}", "Events that could not be counted.")
    package static let stockDrift = Self(
        "tcplens.stock.drift",
        "{connection}",
        "Connections that the flows predict, less those that were found."
    )
}

extension Metric {
    /// Creates a metric of the catalogue.
    init(_ metric: CataloguedMetric, _ data: Data) {
        self.init(
            name: metric.name,
            description: metric.description,
            unit: metric.unit,
            data: data,
            bounds: metric.bounds
        )
    }
}

/// The keys of the attributes that the catalogue uses.
package enum AttributeKey {
    package static let transport = "network.transport"
    package static let type = "network.type"
    package static let state = "network.connection.state"
    package static let previousState = "tcplens.connection.state.previous"
    package static let role = "tcplens.connection.role"
    package static let direction = "network.io.direction"
    package static let error = "error.type"
    package static let retransmitType = "tcplens.retransmit.type"
    package static let localPort = "network.local.port"
    package static let peerPort = "network.peer.port"
    package static let cookieResult = "tcplens.syn_cookie.result"
    package static let abortReason = "tcplens.abort.reason"
    package static let dropReason = "tcplens.drop.reason"
    package static let program = "tcplens.bpf.program"
    package static let lossReason = "tcplens.loss.reason"
    package static let overflow = "otel.metric.overflow"
}
