/// The form in which distributions are exported; the raw values are those of
/// `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`.
package enum HistogramAggregation: String, CaseIterable, Hashable, Sendable, Codable {
    /// Histograms with fixed bounds; the default of the OpenTelemetry specification.
    case explicitBuckets = "explicit_bucket_histogram"
    /// Histograms with exponential bounds.
    case exponential = "base2_exponential_bucket_histogram"
}
