package import Metrics

/// Identifies the workload of a row: its index in ``Activity/workloads``.
///
/// It is valid in one reading only.
package struct WorkloadIndex: RawRepresentable, Hashable, Sendable, Codable {
    /// The index.
    package var rawValue: UInt16

    /// Creates an index.
    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The host itself, and everything that belongs to no workload.
    package static let host = Self(rawValue: 0)
}

/// Processes on the machine whose sockets are counted separately: a container, a service, or the whole host.
package struct Workload: Hashable, Sendable, Codable {
    /// Distinguishes the workloads of an epoch.
    ///
    /// A container that is started again under its old name is another workload.
    package enum ID: Hashable, Sendable, Codable {
        /// The host itself, and everything that belongs to no workload.
        case host
        /// All workloads beyond the limit.
        case overflow
        /// A workload; numbers are never used again in an epoch.
        case workload(UInt64)
    }

    /// Which one it is.
    package var id: ID
    /// When its counters began.
    package var start: Timestamp
    /// The attributes of its resource that differ from the host's; empty for the host.
    package var attributes: Attributes
    /// Whether it is gone, and this is its last reading.
    package var hasEnded: Bool

    /// Creates a workload.
    package init(_ id: ID, start: Timestamp = .unknown, attributes: Attributes = [:], hasEnded: Bool = false) {
        self.id = id
        self.start = start
        self.attributes = attributes
        self.hasEnded = hasEnded
    }

    /// The host itself; its counters began with the epoch.
    package static let host = Self(.host)
}
