/// The form in which distributions leave, by the names of `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`.
public enum HistogramAggregation: String, CaseIterable, Hashable, Sendable {
    /// Histograms with fixed bounds; the default of OpenTelemetry's specification.
    case explicitBuckets = "explicit_bucket_histogram"
    /// Histograms with exponential bounds.
    case exponential = "base2_exponential_bucket_histogram"
}

extension HistogramAggregation {
    /// The points of a metric in this form.
    ///
    /// - Parameters:
    ///   - series: Each series with its attributes and the moment when its counting began.
    ///   - time: When the distributions were read.
    ///   - temporality: What the distributions relate to.
    /// - Returns: The data of the metric, in seconds.
    public func data(
        _ series: some Sequence<(attributes: Attributes, start: Timestamp, value: Distribution)>,
        at time: Timestamp,
        _ temporality: Temporality
    ) -> Metric.Data {
        switch self {
        case .explicitBuckets:
            let points = series.map {
                $0.value.explicitPoint(attributes: $0.attributes, start: $0.start, time: time)
            }
            return .histogram(points, temporality)
        case .exponential:
            let points = series.map {
                $0.value.exponentialPoint(attributes: $0.attributes, start: $0.start, time: time)
            }
            return .exponentialHistogram(points, temporality)
        }
    }
}
