/// Every metric there is.
///
/// What is in none of these lists is never exported.
package enum Catalogue {
    /// What tcplens says of the machine, in the order in which it leaves.
    package static let machine: [MetricDefinition] = [
        .connectionCount,
        .acceptQueueUsage, .acceptQueueLimit, .acceptQueueFull, .synQueueUsage, .synQueueLimit,
        .queueUsage, .stalled, .stateAge, .unfollowed,
        .transitions, .listenerDrops, .handshakes, .io,
        .handshakeDuration, .connectionDuration, .stateDuration, .rtt,
        .retransmits, .resets, .responseDuration,
        .listenerOverflows, .synCookies, .timeWaitOverflows, .segments, .zeroWindows, .aborts, .receiveDrops,
        .timeWaitLimit, .ephemeralPortLimit, .memoryUsage, .memoryLimit,
    ]

    /// What the probes say of themselves.
    package static let upkeep: [MetricDefinition] = [.programRuns, .programTime, .lostEvents, .stockDrift]

    /// What exporters and readers say of themselves.
    package static let exporters: [MetricDefinition] = [
        .exportedPoints, .pointsInFlight, .exportDuration, .collectionDuration,
    ]

    /// What the process costs.
    package static let process: [MetricDefinition] = [.processorTime, .processMemory]

    /// All of them.
    package static let all = machine + upkeep + exporters + process
}
