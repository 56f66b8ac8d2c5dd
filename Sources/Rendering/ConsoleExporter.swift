package import Metrics
package import Pipeline
package import System

/// Prints metrics for people.
package struct ConsoleExporter: MetricExporter {
    /// No: each text is the whole, and what is not in it is no more.
    package let endsSeries = false

    /// The form that distributions have.
    package let histograms: HistogramAggregation

    private let write: StandardStream.Writer

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - histograms: The form that distributions have.
    ///   - write: Takes the text of an export, line breaks included; writes to standard output by default.
    package init(
        histograms: HistogramAggregation = .explicitBuckets,
        write: @escaping StandardStream.Writer = StandardStream.output.write
    ) {
        self.histograms = histograms
        self.write = write
    }

    /// Prints `metrics`.
    package func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        let points = metrics.pointCount
        do throws(StandardStream.Failure) {
            try write(MetricsText.render(metrics))
            return ExportOutcome(acceptedPoints: points, attempts: 1)
        } catch {
            let failure: ExportOutcome.Failure = error.isClosedPipe ? .closed : .transport
            return ExportOutcome(droppedPoints: points, attempts: 1, failure: failure, message: "\(error)")
        }
    }

    /// Does nothing.
    package func shutdown() async {}
}
