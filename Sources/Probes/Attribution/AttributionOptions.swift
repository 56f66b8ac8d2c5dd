package import Metrics

/// Whether and how sockets are counted for each workload.
package struct AttributionOptions: Equatable, Sendable {
    /// The most workloads that are distinguished.
    package var limit: Int
    /// Whether applications are asked which service they are.
    package var asksApplications: Bool
    /// What distinguishes this host from others, such as its `host.id`.
    package var host: [String]
    /// The resources of the agent, whose identities no workload can have.
    package var agent: [Attributes]

    /// The default of ``limit``.
    package static let standardLimit = 1000
    /// The values that ``limit`` may have.
    package static let limits = 1...32_000

    /// Creates options.
    package init(
        limit: Int = standardLimit,
        asksApplications: Bool = true,
        host: [String] = [],
        agent: [Attributes] = []
    ) {
        (self.limit, self.asksApplications, self.host, self.agent) = (limit, asksApplications, host, agent)
    }
}
