import Pipeline
import Settings

/// What the agent runs; a reload replaces it as a whole.
struct Running {
    /// The settings that all of it follows.
    var settings: RunSettings
    /// The exporters that send, by what was wanted.
    var exporters: [ExporterPlan: any MetricExporter] = [:]
    /// The servers that answer, by what was wanted.
    var listeners: [ListenerPlan: Listener] = [:]
}

/// What is ready to run and does not run yet.
struct PreparedParts {
    /// The settings that all of it follows.
    let settings: RunSettings
    /// The exporters that are not among those that run already.
    var exporters: [ExporterPlan: any MetricExporter] = [:]
    /// The servers that are not among those that run already; they listen and do not answer.
    var listeners: [ListenerPlan: BoundListener] = [:]
    /// The servers that run now and share their ports with successors.
    var predecessors: [BoundListener] = []
}
