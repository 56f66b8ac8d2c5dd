package import Metrics

/// A workload whose application is asked which service it is.
package struct ObservedWorkload {
    /// Distinguishes it from all others, also from an earlier one with the same name.
    package var id: UInt64
    /// What makes it the same one after the agent has restarted.
    package var name: WorkloadName
    /// What is known for sure, such as `container.id` and `k8s.pod.name`.
    package var attributes: Attributes
    /// Whether it is gone, and is exported for the last time.
    package var hasEnded: Bool
    /// Its processes now; only called when it is needed.
    ///
    /// Ids that are not greater than 0 are passed over: the kernel shows 0 for processes outside the namespace.
    package var processes: () -> [Int32]

    /// Creates a workload.
    package init(
        id: UInt64,
        name: WorkloadName,
        attributes: Attributes,
        hasEnded: Bool = false,
        processes: @escaping () -> [Int32]
    ) {
        (self.id, self.name, self.attributes) = (id, name, attributes)
        (self.hasEnded, self.processes) = (hasEnded, processes)
    }
}

/// The resource of a workload.
package struct WorkloadResource: Equatable, Sendable {
    /// All attributes: those of the workload and those that say which service it is.
    package var attributes: Attributes
    /// Where the `service.name` comes from.
    package var source: ServiceSource
    /// Whether the next collection may find another identity, because not all processes have been read yet, or another
    /// workload with the same identity has just ended.
    ///
    /// Cumulative points can wait for a collection without a loss, and then need not begin under a wrong name.
    package var isProvisional: Bool

    /// Creates a resource.
    package init(attributes: Attributes, source: ServiceSource, isProvisional: Bool = false) {
        (self.attributes, self.source, self.isProvisional) = (attributes, source, isProvisional)
    }
}
