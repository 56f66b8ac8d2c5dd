internal import Metrics

/// How an exporter wants points.
struct PointForm: Hashable, Sendable, Codable {
    /// For counts since the start or since the last point.
    var temporality: TemporalityPreference
    /// For distributions.
    var histograms: HistogramAggregation
}

/// All that a reader keeps for its exporters from one round to the next.
///
/// Saved, and restored by the reader of another process with the same exporters and resources, the points go on as if
/// nothing had been between. What the agent counts about itself is not in it: that begins with each process.
package struct ReaderState: Sendable, Codable {
    /// The last points that deltas are counted from.
    ///
    /// Exporters of one form get the same points, also one that takes another's place.
    var deltas: [PointForm: DeltaConversion] = [:]
    /// The series that each exporter's receiver knows; no other exporter tells that receiver of their ends.
    var endings: [ExporterIdentity: SeriesEndings] = [:]
    /// The time scale of all points.
    var scale: TimeScale
}
