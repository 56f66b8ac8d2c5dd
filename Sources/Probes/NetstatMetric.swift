internal import Metrics

/// A metric of what the kernel counts for a network namespace, and which of its counters each series adds up.
struct NetstatMetric {
    /// One series.
    struct Series {
        /// What tells it from the others.
        let attributes: Attributes
        /// The kernel's counters whose sum it is, each after the name of its group.
        let counters: [String]
    }

    /// The metric.
    let metric: CataloguedMetric
    /// Its series.
    let series: [Series]

    /// All of them, in the order in which they leave.
    static let all = [
        Self(.listenerOverflows, "TcpExt.ListenOverflows"),
        Self(
            .synCookies,
            AttributeKey.cookieResult,
            [
                "sent": ["TcpExt.SyncookiesSent"],
                "received": ["TcpExt.SyncookiesRecv"],
                "failed": ["TcpExt.SyncookiesFailed"],
            ]
        ),
        Self(.timeWaitOverflows, "TcpExt.TCPTimeWaitOverflow"),
        Self(
            .segments,
            AttributeKey.direction,
            [
                IODirection.transmit.attributeValue: ["Tcp.OutSegs"],
                IODirection.receive.attributeValue: ["Tcp.InSegs"],
            ]
        ),
        Self(
            .zeroWindows,
            AttributeKey.direction,
            [
                // The window that we told the peer.
                IODirection.transmit.attributeValue: ["TcpExt.TCPToZeroWindowAdv"],
                // The kernel does not count the windows of zero that it is told, but how often it asks such a peer.
                IODirection.receive.attributeValue: ["TcpExt.TCPWinProbe"],
            ]
        ),
        Self(
            .aborts,
            AttributeKey.abortReason,
            [
                "data": ["TcpExt.TCPAbortOnData"],
                "close": ["TcpExt.TCPAbortOnClose"],
                "memory": ["TcpExt.TCPAbortOnMemory"],
                "timeout": ["TcpExt.TCPAbortOnTimeout"],
                "linger": ["TcpExt.TCPAbortOnLinger"],
                "failed": ["TcpExt.TCPAbortFailed"],
            ]
        ),
        Self(
            .receiveDrops,
            AttributeKey.dropReason,
            [
                "backlog": ["TcpExt.TCPBacklogDrop"],
                "queue": ["TcpExt.TCPRcvQDrop"],
                "pruned": ["TcpExt.RcvPruned", "TcpExt.OfoPruned"],
                "zero_window": ["TcpExt.TCPZeroWindowDrop"],
            ]
        ),
    ]

    /// Creates a metric of one series without attributes.
    private init(_ metric: CataloguedMetric, _ counter: String) {
        self.metric = metric
        series = [Series(attributes: [:], counters: [counter])]
    }

    /// Creates a metric whose series are told apart by the value of `key`.
    private init(_ metric: CataloguedMetric, _ key: String, _ counters: KeyValuePairs<String, [String]>) {
        self.metric = metric
        series = counters.map { Series(attributes: [key: .string($0)], counters: $1) }
    }
}
