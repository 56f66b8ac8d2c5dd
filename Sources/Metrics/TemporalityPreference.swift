/// Which temporality an exporter wants for each kind of metric (OpenTelemetry specification,
/// `metrics/sdk_exporters/otlp.md`, "Additional environment variable configuration").
///
/// Sums that may fall are cumulative under each preference: their deltas would lose the level.
package enum TemporalityPreference: String, Hashable, Sendable, CaseIterable {
    /// Everything since a start that stays.
    case cumulative
    /// Monotonic sums and histograms since the point before.
    case delta
    /// What costs least memory: histograms since the point before; sums as they are read from the kernel, which are
    /// asynchronous counters in the words of the specification, since their start.
    case lowMemory = "lowmemory"
}
