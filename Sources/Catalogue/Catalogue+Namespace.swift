internal import Metrics
internal import Readings

// What the kernel counts for a network namespace.
extension MetricDefinition {
    /// Segments dropped because of a full accept queue, for the whole network namespace.
    package static let listenerOverflows = Self(
        "tcplens.listener.overflows",
        .counter,
        "{event}",
        "Segments that found an accept queue full; one attempt to connect may be several.",
        answers: "Does a full accept queue turn connections away?",
        from: .namespace([NamespaceSeries([:], .listenOverflows)])
    )
    /// SYN cookies, by result.
    package static let synCookies = Self(
        "tcplens.syn_cookies",
        .counter,
        "{cookie}",
        "SYN cookies by what became of them.",
        answers: "Is the SYN queue flooded?",
        from: .namespace(
            NamespaceSeries.list(
                AttributeKey.cookieResult,
                ["sent": [.syncookiesSent], "received": [.syncookiesReceived], "failed": [.syncookiesFailed]]
            )
        )
    )
    /// Connections that skipped TIME_WAIT because of the limit.
    package static let timeWaitOverflows = Self(
        "tcplens.time_wait.overflows",
        .counter,
        "{event}",
        "Connections for which there was no room in TIME_WAIT.",
        answers: "Has TIME_WAIT reached its limit?",
        from: .namespace([NamespaceSeries([:], .timeWaitOverflows)])
    )
    /// Segments, by direction; retransmitted ones are excluded.
    package static let segments = Self(
        "tcplens.segments",
        .counter,
        "{segment}",
        "Segments that were sent, without those sent again, and received.",
        answers: "How much traffic are retransmits a share of?",
        from: .namespace(
            NamespaceSeries.list(
                AttributeKey.direction,
                ["transmit": [.segmentsSent], "receive": [.segmentsReceived]]
            )
        )
    )
    /// Zero windows that this host announced, and probes that it sent to peers with a zero window.
    package static let zeroWindows = Self(
        "tcplens.zero_windows",
        .counter,
        "{event}",
        "Windows that were closed to the peer (transmit), and probes of one that the peer has closed (receive).",
        answers: "How often does a receiver that does not read stop a sender?",
        // The kernel does not count the zero windows that peers announce, but it counts its probes of such a window.
        from: .namespace(
            NamespaceSeries.list(
                AttributeKey.direction,
                ["transmit": [.zeroWindowsAdvertised], "receive": [.windowProbes]]
            )
        )
    )
    /// Connections that this host aborted, by reason.
    package static let aborts = Self(
        "tcplens.aborts",
        .counter,
        "{connection}",
        "Connections that were broken off from here.",
        answers: "Why does this machine give connections up?",
        from: .namespace(
            NamespaceSeries.list(
                AttributeKey.abortReason,
                [
                    "data": [.abortsOnData], "close": [.abortsOnClose], "memory": [.abortsOnMemory],
                    "timeout": [.abortsOnTimeout], "linger": [.abortsOnLinger], "failed": [.abortsFailed],
                ]
            )
        )
    )
    /// Received segments that were dropped because there was no room, by reason.
    package static let receiveDrops = Self(
        "tcplens.receive.drops",
        .counter,
        "{segment}",
        "Segments that arrived and were thrown away for lack of room.",
        answers: "Is what arrives thrown away for lack of room?",
        from: .namespace(
            NamespaceSeries.list(
                AttributeKey.dropReason,
                [
                    "backlog": [.backlogDrops], "queue": [.receiveQueueDrops],
                    "pruned": [.receiveQueuePruned, .outOfOrderPruned], "zero_window": [.zeroWindowDrops],
                ]
            )
        )
    )
}
