/// All metrics.
///
/// A metric that is in none of these lists is never exported.
package enum Catalogue {
    /// The metrics of the machine, in the order of export.
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

    /// Those of them that each workload has, too.
    package static let workload: [MetricDefinition] = machine.compactMap(\.ofWorkload)

    /// The probes' metrics about themselves.
    package static let upkeep: [MetricDefinition] = [.programRuns, .programTime, .lostEvents, .stockDrift]

    /// The metrics of exporters and readers about themselves.
    package static let exporters: [MetricDefinition] = [
        .exportedPoints, .pointsInFlight, .exportDuration, .collectionDuration,
    ]

    /// What the process uses.
    package static let process: [MetricDefinition] = [.processorTime, .processMemory]

    /// All metrics.
    package static let all = machine + upkeep + exporters + process
}
