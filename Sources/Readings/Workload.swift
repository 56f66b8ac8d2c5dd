/// Which workload a row is about: its place in ``Activity/workloads``.
package struct WorkloadIndex: RawRepresentable, Hashable, Sendable, Codable {
    /// The place.
    package var rawValue: UInt16

    /// Creates an index.
    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The host itself, and everything that belongs to no workload.
    package static let host = Self(rawValue: 0)
}

/// Something on the machine whose sockets are counted separately: a container, a service, or the host.
package struct Workload: Hashable, Sendable, Codable {
    /// The path of its control group; empty for the host.
    package var cgroup: String

    /// Creates a workload.
    package init(cgroup: String) {
        self.cgroup = cgroup
    }

    /// The host itself.
    package static let host = Self(cgroup: "")
}
