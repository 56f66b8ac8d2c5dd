import Pipeline
import Settings

/// The running parts of the agent.
///
/// A reload replaces them as a whole.
struct Running {
    /// The settings that they follow.
    var settings: RunSettings
    /// The exporters that send, by their plans.
    var exporters: [ExporterPlan: any MetricExporter] = [:]
    /// The servers that answer, by their plans.
    var listeners: [ListenerPlan: Listener] = [:]
}

/// Parts that are ready but do not run yet.
struct PreparedParts {
    /// The settings that they follow.
    let settings: RunSettings
    /// The new exporters.
    var exporters: [ExporterPlan: any MetricExporter] = [:]
    /// The new servers, which listen but do not answer.
    var listeners: [ListenerPlan: BoundListener] = [:]
    /// The running servers that share their ports with successors.
    var predecessors: [BoundListener] = []
}
