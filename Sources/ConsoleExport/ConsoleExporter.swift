package import Metrics
package import Pipeline
internal import Rendering
package import System

/// Prints metrics for people.
package struct ConsoleExporter: MetricExporter {
    /// False: each text is complete, so a series that is missing has ended.
    package let endsSeries = false

    /// The form of distributions.
    package let histograms: HistogramAggregation

    private let write: StandardStream.Writer

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - histograms: The form of distributions.
    ///   - write: Writes the text of an export, including line breaks; to standard output by default.
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
