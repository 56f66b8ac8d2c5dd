public import Metrics

/// A destination of metrics.
///
/// An export never throws and never traps: what went wrong is in its outcome. Exports of one exporter never overlap; one
/// that is asked for meanwhile waits for its turn.
public protocol MetricExporter: Sendable {
    /// Sends `metrics`, and returns when they have arrived or will not be tried any more.
    func export(_ metrics: [ResourceMetrics]) async -> ExportOutcome

    /// Ends a running export and refuses further ones; may be called at any time, more than once.
    func shutdown() async
}
