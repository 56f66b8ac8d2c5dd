internal import Observations
internal import Pipeline

/// Everything that the agent adds to the kernel's counters.
///
/// An agent that continues to read the same counters, exports to the same receivers and continues from this exports
/// what the first one would have exported.
struct AgentState: Sendable, Codable {
    /// What turns counters into series; nil before the first reading.
    var observation: ObservedSeries?
    /// What turns series into the points that each exporter wants.
    var reader: ReaderState

    /// Takes the state of `reader` between two collections.
    static func saved(by reader: PeriodicReader) async -> AgentState {
        await reader.saved { producers, reader in
            let machine = producers.machine.lazy.compactMap { $0 as? MachineMetrics }.first
            return AgentState(observation: machine?.series, reader: reader)
        }
    }
}
