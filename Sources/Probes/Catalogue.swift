internal import Metrics

/// A metric as the catalogue has it: what its points have in common.
struct CataloguedMetric {
    /// The name; a contract with dashboards and alerts.
    let name: String
    /// One sentence for people.
    let description: String
    /// The unit, in UCUM.
    let unit: String

    init(_ name: String, _ unit: String, _ description: String) {
        self.name = name
        self.unit = unit
        self.description = description
    }
}

// Stocks: how many there are now.
extension CataloguedMetric {
    static let connectionCount = Self("system.network.connection.count", "{connection}", "TCP connections by state.")
    static let acceptQueueUsage = Self(
        "tcplens.listener.accept_queue.usage",
        "{connection}",
        "Connections that wait for their program to accept them."
    )
    static let acceptQueueLimit = Self(
        "tcplens.listener.accept_queue.limit",
        "{connection}",
        "Connections that may wait for their program to accept them."
    )
    static let synQueueUsage = Self(
        "tcplens.listener.syn_queue.usage",
        "{connection}",
        "Connections whose handshake is not finished."
    )
}

// Flows: what happened.
extension CataloguedMetric {
    static let transitions = Self(
        "tcplens.connection.transitions",
        "{transition}",
        "Changes of state of TCP connections."
    )
    static let connections = Self("tcplens.connections", "{connection}", "Handshakes that finished or failed.")
    static let handshakeDuration = Self(
        "tcplens.handshake.duration",
        "s",
        "From the SYN to ESTABLISHED, of handshakes that finished."
    )
    static let connectionDuration = Self("tcplens.connection.duration", "s", "From ESTABLISHED to the end.")
    static let stateDuration = Self("tcplens.connection.state.duration", "s", "Time spent in the state that was left.")
    static let io = Self("tcplens.connection.io", "By", "Bytes of data that connections carried.")
    static let rtt = Self("tcplens.rtt", "s", "The kernel's smoothed round-trip time of live and ended connections.")
    static let retransmits = Self("tcplens.retransmits", "{segment}", "Segments that were sent again.")
    static let resets = Self("tcplens.resets", "{segment}", "Resets that were sent and received.")
    static let listenerOverflows = Self(
        "tcplens.listener.overflows",
        "{event}",
        "Connections that a full accept queue kept out."
    )
    static let listenerDrops = Self("tcplens.listener.drops", "{event}", "Connections that a listener dropped.")
    static let synCookies = Self("tcplens.syn_cookies", "{cookie}", "SYN cookies by what became of them.")
    static let responseDuration = Self(
        "tcplens.response.duration",
        "s",
        "On accepted connections, from the last bytes of a request read to the first bytes of its answer written."
    )
    static let timeWaitOverflows = Self(
        "tcplens.time_wait.overflows",
        "{event}",
        "Connections for which there was no room in TIME_WAIT."
    )
}

// The agent on itself.
extension CataloguedMetric {
    static let programRuns = Self("tcplens.bpf.program.runs", "{run}", "How often a program of the agent ran.")
    static let programTime = Self("tcplens.bpf.program.time", "s", "How long a program of the agent ran.")
    static let eventsLost = Self("tcplens.events.lost", "{event}", "Events that could not be counted.")
    static let stockDrift = Self(
        "tcplens.stock.drift",
        "{connection}",
        "Connections that the flows predict, less those that were found."
    )
}

extension Metric {
    /// Creates a metric of the catalogue.
    init(_ metric: CataloguedMetric, _ data: Data) {
        self.init(name: metric.name, description: metric.description, unit: metric.unit, data: data)
    }
}

/// The keys of the attributes that the catalogue uses.
enum AttributeKey {
    static let transport = "network.transport"
    static let type = "network.type"
    static let state = "network.connection.state"
    static let previousState = "tcplens.connection.state.previous"
    static let role = "network.tcp.handshake.role"
    static let direction = "network.io.direction"
    static let error = "error.type"
    static let retransmitType = "tcplens.retransmit.type"
    static let localPort = "network.local.port"
    static let peerPort = "network.peer.port"
    static let cookieResult = "tcplens.syn_cookie.result"
    static let program = "tcplens.bpf.program"
    static let lossReason = "tcplens.loss.reason"
    static let overflow = "otel.metric.overflow"
}
