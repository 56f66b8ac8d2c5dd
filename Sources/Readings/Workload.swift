/// Identifies the workload of a row: its index in ``Activity/workloads``.
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
    /// The path of its cgroup; empty for the host.
    package var cgroup: String

    /// Creates a workload.
    package init(cgroup: String) {
        self.cgroup = cgroup
    }

    /// The host itself.
    package static let host = Self(cgroup: "")
}
