/// A source of metrics that is read at each collection (OpenTelemetry's `MetricProducer`).
///
/// Producers are called by one reader, one at a time, so they need no locks.
package protocol MetricProducer {
    /// The current metrics, each with all of its points.
    ///
    /// - Parameter time: The time of the collection, which is the same for all points of all producers.
    /// - Returns: One metric for each name.
    /// - Throws: Why the producer could not be read; the other producers are not affected.
    func metrics(at time: Timestamp) throws -> [Metric]
}
