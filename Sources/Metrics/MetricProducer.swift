/// A source of metrics that is read at each collection (OpenTelemetry's `MetricProducer`).
///
/// Producers are called by one reader, one at a time, so they need no locks.
package protocol MetricProducer {
    /// The current metrics of the reader's own resource, each with all of its points.
    ///
    /// - Parameter time: The time of the collection, which is the same for all points of all producers.
    /// - Returns: One metric for each name.
    /// - Throws: Why the producer could not be read; the other producers are not affected.
    func metrics(at time: Timestamp) throws -> [Metric]

    /// The current metrics by what they describe; by default all describe the reader's own resource.
    ///
    /// A reader calls this function, once for each collection.
    ///
    /// - Parameter time: The time of the collection.
    /// - Returns: At most one group for each subject.
    /// - Throws: Why the producer could not be read.
    func groups(at time: Timestamp) throws -> [MetricGroup]
}

extension MetricProducer {
    /// All metrics, as those of the reader's own resource.
    package func groups(at time: Timestamp) throws -> [MetricGroup] {
        [MetricGroup(metrics: try metrics(at: time))]
    }
}
