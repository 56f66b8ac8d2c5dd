package import Metrics

/// A destination of metrics.
///
/// An export never throws and never traps: what went wrong is in its outcome. Exports of one exporter never overlap; one
/// that is asked for meanwhile waits for its turn.
package protocol MetricExporter: Sendable {
    /// Which temporality the exporter wants; the reader converts what it collects.
    var temporality: TemporalityPreference { get }

    /// The form in which it wants distributions; each exporter has its own.
    var histograms: HistogramAggregation { get }

    /// Whether series that are no more have to be ended, since who gets the metrics would take them for late.
    var endsSeries: Bool { get }

    /// What it is called in its own metrics.
    var identity: ExporterIdentity { get }

    /// Sends `metrics`, and returns when they have arrived or will not be tried any more.
    ///
    /// - Parameters:
    ///   - metrics: What to send.
    ///   - isLast: Whether the process is about to end; then it is tried once, for nobody waits for a second attempt.
    /// - Returns: What became of it.
    func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome

    /// Ends a running export and refuses further ones; may be called at any time, more than once.
    func shutdown() async
}

extension MetricExporter {
    /// Cumulative, as all metrics are collected.
    package var temporality: TemporalityPreference { .cumulative }

    /// Fixed bounds, the default of the specification.
    package var histograms: HistogramAggregation { .explicitBuckets }

    /// Yes: who gets points keeps the last ones.
    package var endsSeries: Bool { true }

    /// The name of the type, as the conventions want it of an exporter that they don't know.
    package var identity: ExporterIdentity { ExporterIdentity("\(Self.self)") }

    /// Sends `metrics`, and returns when they have arrived or will not be tried any more.
    package func export(_ metrics: [ResourceMetrics]) async -> ExportOutcome {
        await export(metrics, isLast: false)
    }
}
