internal import Metrics

/// The form in which an exporter wants points.
struct PointForm: Hashable, Sendable, Codable {
    /// For counts since the start or since the last point.
    var temporality: TemporalityPreference
    /// For distributions.
    var histograms: HistogramAggregation
}

/// All that a reader keeps for its exporters from one round to the next.
///
/// The reader of another process with the same exporters and resources can restore it and continue without a gap. What
/// the agent counts about itself is not part of it, because that begins with each process.
package struct ReaderState: Sendable, Codable {
    /// The last points, which deltas are counted from.
    ///
    /// Exporters of one form get the same points, including an exporter that replaces another.
    var deltas: [PointForm: DeltaConversion] = [:]
    /// The series that each exporter's receiver knows; only this exporter can report their end to it.
    var endings: [ExporterIdentity: SeriesEndings] = [:]
    /// The resources that the last points had.
    var resources: SubjectResources
    /// The time scale of all points.
    var scale: TimeScale
}
