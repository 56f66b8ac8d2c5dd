internal import Catalogue

// What can be wrong with tcplens itself. An agent that is silent has no metrics, so its alert is made apart.
extension Finding {
    /// Events that were lost.
    package static let agentLosses = Finding(
        "agent_loses_events",
        "tcplens loses events",
        of: .agent,
        after: .seconds(300),
        when: Check(
            .rate(
                Selector(
                    .lostEvents,
                    [AttributeKey.lossReason: .oneOf(["map_full", "allocation"])],
                    by: AttributeKey.lossReason
                )
            ),
            above: 0,
            .perSecond
        ),
        meaning: """
            tcplens missed this many events a second, so its counts of what happened, such as handshakes, are too low. \
            How many connections there are now is still right.
            """,
        remedy: """
            map_full: a table of the agent was full. allocation: the kernel had no memory for it. Please report it, with \
            the number of connections.
            """,
        command: "tcplens doctor",
        reason: "Events that are only counted late (recursion, unseen) are left out: a few are normal under load.",
        evidence: []
    )
    /// Stocks and flows that disagree.
    package static let agentDrift = Finding(
        "agent_drifts",
        "Stocks and flows disagree",
        of: .agent,
        after: .seconds(900),
        when: Check(.lasting(Selector(.stockDrift, by: AttributeKey.state)), above: 0, .count),
        meaning: "The flows predict more connections in this state than there are: events were missed.",
        remedy: "Look at tcplens.lost_events. If it is zero, please report it as a fault of tcplens.",
        command: "tcplens doctor",
        reason: "Both count the same connections, so the difference is zero once nothing moves.",
        evidence: [Evidence("lost events", .rate(Selector(.lostEvents, by: AttributeKey.lossReason)), .perSecond)]
    )
    /// Connections that are not followed.
    package static let agentUnfollowed = Finding(
        "agent_unfollowed",
        "More connections than can be followed",
        of: .agent,
        after: .seconds(300),
        when: Check(.sum(Selector(.unfollowed)), above: 0, .count),
        meaning:
            "There are more connections than tcplens has memory for. Of the rest, durations and bytes are missing.",
        remedy:
            "Raise --connection-limit above the number of connections: 64 bytes each. The default is 0.1 % of the machine's memory, and at most an eighth of what the agent's cgroup allows.",
        command: "tcplens snapshot",
        reason: "As long as there is room, all are followed.",
        evidence: []
    )
    /// Exports that fail.
    package static let agentExports = Finding(
        "agent_exports_fail",
        "Data points do not arrive",
        of: .agent,
        after: .seconds(300),
        when: Check(
            .rate(Selector(.exportedPoints, [AttributeKey.error: .present], by: AttributeKey.error)),
            above: 0,
            .perSecond
        ),
        meaning: "An exporter gave up sending data points, for the reason that the group names. They are lost.",
        remedy:
            "Look at the agent's log, and at the Collector that it sends to. A spool (--spool) bridges longer outages.",
        command: "tcplens doctor",
        reason: "Retries and the queue bridge short outages, so any loss is one that they could not.",
        evidence: [Evidence("data points that wait", .sum(Selector(.pointsInFlight)), .count)]
    )

    /// All findings, causes before what follows from them, and those about the agent last.
    package static let all = connections + [agentLosses, agentDrift, agentUnfollowed, agentExports]

    /// Those about connections.
    package static let connections = [
        closeWaitLeak, zeroWindow, timeWaitPorts, timeWaitLimit, portsUsedUp, synFlood, halfOpen, acceptQueueFull, loss,
        roundTrips, handshakeFailures, slowAnswers, memoryPressure,
    ]
}
