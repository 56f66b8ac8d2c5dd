/// The temporality that an exporter wants for each kind of metric (OpenTelemetry specification,
/// `metrics/sdk_exporters/otlp.md`, "Additional environment variable configuration").
///
/// Non-monotonic sums are always cumulative: deltas would lose the level.
package enum TemporalityPreference: String, Hashable, Sendable, CaseIterable, Codable {
    /// Cumulative for all metrics.
    case cumulative
    /// Deltas for monotonic sums and histograms.
    case delta
    /// The choice that needs the least memory: deltas for histograms; cumulative for sums, which are read from the
    /// kernel and are therefore asynchronous counters in the terms of the specification.
    case lowMemory = "lowmemory"
}
