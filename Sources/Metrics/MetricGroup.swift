/// The metrics of one collection that describe the same thing, which becomes their resource.
package struct MetricGroup: Sendable {
    /// What metrics describe.
    package enum Subject: Hashable, Sendable, Codable {
        /// That which the reader's own resource describes.
        case own
        /// A part of it, such as a container; a producer never uses a number for another part.
        ///
        /// It stays the same when the attributes change.
        case part(UInt64)
        /// All parts beyond a limit.
        case overflow
    }

    /// What the metrics describe.
    package var subject: Subject
    /// The attributes of the subject's resource that differ from those of the reader's own resource.
    package var attributes: Attributes
    /// One metric for each name.
    package var metrics: [Metric]

    /// Creates a group; by default of the reader's own resource.
    package init(_ subject: Subject = .own, attributes: Attributes = [:], metrics: [Metric]) {
        self.subject = subject
        self.attributes = attributes
        self.metrics = metrics
    }
}
