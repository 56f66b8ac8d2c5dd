package import Metrics

/// A destination for metrics.
///
/// An export never throws and never traps; failures are in its outcome. Exports of one exporter never overlap: another
/// one waits for its turn.
package protocol MetricExporter: Sendable {
    /// The temporality that the exporter wants; the reader converts the metrics.
    var temporality: TemporalityPreference { get }

    /// The form in which the exporter wants distributions.
    var histograms: HistogramAggregation { get }

    /// Whether the end of a series must be marked, because the receiver would otherwise take the series for late.
    var endsSeries: Bool { get }

    /// Identifies the exporter in its own metrics.
    var identity: ExporterIdentity { get }

    /// Exports `metrics`; returns when they have arrived or are not tried any more.
    ///
    /// - Parameters:
    ///   - metrics: The metrics.
    ///   - isLast: Whether the process is about to end. Then there is only one attempt.
    /// - Returns: What became of the points.
    func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome

    /// Interrupts a running export and refuses further ones. May be called at any time, more than once.
    func shutdown() async
}

extension MetricExporter {
    /// Cumulative, like the collected metrics.
    package var temporality: TemporalityPreference { .cumulative }

    /// Fixed bounds, the default of the specification.
    package var histograms: HistogramAggregation { .explicitBuckets }

    /// True, because most receivers keep the last points.
    package var endsSeries: Bool { true }

    /// The name of the type, as the conventions require for a kind of exporter that they do not define.
    package var identity: ExporterIdentity { ExporterIdentity("\(Self.self)") }

    /// Exports `metrics`; returns when they have arrived or are not tried any more.
    package func export(_ metrics: [ResourceMetrics]) async -> ExportOutcome {
        await export(metrics, isLast: false)
    }
}
