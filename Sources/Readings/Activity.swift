package import Metrics

/// What sockets there are, and what has happened to them since the epoch began.
package struct Activity: Sendable {
    /// The workloads, by ``WorkloadIndex``; the first is the host.
    package var workloads: [Workload]
    /// How many connections there are: at most one row for each workload, state, type and pair of ports.
    package var connections: [ConnectionRow]
    /// The queues of listeners: at most one row for each workload, port and type.
    package var listeners: [ListenerRow]
    /// What else there is now.
    package var stocks: Tables<Stock>
    /// What has happened.
    package var counters: Tables<Counter>
    /// The changes of state before the connections were counted; ``counters`` has those after that.
    package var transitionsBefore: [UInt64]
    /// Connections that listeners have dropped; nil where that can't be known.
    package var listenerDrops: [PortRow<UInt64>]?
    /// How long things took; nil where connections can't be followed.
    package var durations: [DurationRow]?
    /// How long services took to answer; nil where that is not measured.
    package var responseTimes: [PortRow<Distribution>]?
    /// What the kernel counts for the network namespace itself.
    package var namespaceCounters: NamespaceCounters

    /// Creates an activity of nothing: no rows, and no tables.
    package init(workloads: [Workload] = [.host]) {
        self.workloads = workloads
        connections = []
        listeners = []
        stocks = Tables()
        counters = Tables()
        transitionsBefore = []
        namespaceCounters = NamespaceCounters()
    }

    /// The changes of state of one workload, before and after its connections were counted.
    package var transitions: (before: TransitionCounts, after: TransitionCounts) {
        (TransitionCounts(transitionsBefore), TransitionCounts(counters[.transitions, .host] ?? []))
    }
}
