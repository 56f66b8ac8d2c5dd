/// Something that has metrics to give whenever they are collected (OpenTelemetry's `MetricProducer`).
///
/// Producers are called by one reader, one at a time, so they need no locks of their own.
package protocol MetricProducer {
    /// The metrics as they are now, each with all of its points.
    ///
    /// - Parameter time: The moment of the collection, the same for all points of all producers.
    /// - Returns: One metric for each name.
    /// - Throws: What kept the producer from reading; the other producers are not affected.
    func metrics(at time: Timestamp) throws -> [Metric]
}
