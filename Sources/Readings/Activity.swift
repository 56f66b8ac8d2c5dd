package import Metrics

/// The sockets that exist, and what has happened to them since the epoch began.
package struct Activity: Sendable {
    /// The workloads, by ``WorkloadIndex``; the first is the host.
    package var workloads: [Workload]
    /// How many connections exist: at most one row for each workload, state, type and pair of ports.
    package var connections: [ConnectionRow]
    /// The queues of listeners: at most one row for each workload, port and type.
    package var listeners: [ListenerRow]
    /// The other stocks.
    package var stocks: Tables<Stock>
    /// The flows.
    package var counters: Tables<Counter>
    /// The table of ``Counter/transitions`` before the connections were counted, summed over ``workloads``.
    ///
    /// ``counters`` has those after that.
    package var transitionsBefore: [UInt64]
    /// What listeners have dropped; nil if that is unknown.
    package var listenerDrops: [PortRow<UInt64>]?
    /// How long things took; nil if connections can't be followed.
    package var durations: [DurationRow]?
    /// How long services took to answer; nil if that is not measured.
    package var responseTimes: [PortRow<Distribution>]?
    /// What the kernel counts for the network namespace itself.
    package var namespaceCounters: NamespaceCounters

    /// Creates an empty activity.
    package init(workloads: [Workload] = [.host]) {
        self.workloads = workloads
        connections = []
        listeners = []
        stocks = Tables()
        counters = Tables()
        transitionsBefore = []
        namespaceCounters = NamespaceCounters()
    }

    /// The changes of state of all workloads, before and after their connections were counted.
    package var transitions: (before: TransitionCounts, after: TransitionCounts) {
        var after = TransitionCounts()
        for table in counters[.transitions].values { after.add(table) }
        return (TransitionCounts(transitionsBefore), after)
    }
}
