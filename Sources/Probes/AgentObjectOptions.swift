/// What the programs observe, and how.
package struct AgentObjectOptions: Codable, Hashable, Sendable {
    /// The network namespace to observe, by inode number; 0 for all.
    var namespace: UInt32
    /// What to split the counts of connections by.
    var ports: Set<PortAttribute> = []
    /// The interval of observations of a connection's round-trip time, in whole seconds.
    var rttPeriod: Duration = .seconds(60)
    /// Whether to measure how long services take to answer.
    var responseTime = false
    /// The most workloads, if each is to be counted by itself; nil if not.
    var workloads: Int?
    /// How many connections can be followed; nil for as many as there are slots.
    ///
    /// Tests set it, to run out of slots.
    var slots: UInt32?
}
