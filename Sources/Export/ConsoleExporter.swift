public import Metrics

/// Prints metrics for people.
public struct ConsoleExporter: MetricExporter {
    private let write: @Sendable (String) -> Void

    /// Creates an exporter.
    ///
    /// - Parameter write: Takes the text of an export, line breaks included; prints it to standard output by default.
    public init(write: @escaping @Sendable (String) -> Void = { print($0, terminator: "") }) {
        self.write = write
    }

    /// Prints `metrics`; always succeeds.
    public func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        write(MetricsText.render(metrics))
        return ExportOutcome(acceptedPoints: metrics.reduce(0) { $0 + $1.pointCount }, attempts: 1)
    }

    /// Does nothing.
    public func shutdown() async {}
}
