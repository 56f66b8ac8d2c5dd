package import BPF
internal import CProbes

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
    /// How many connections can be followed; nil for what fits in the memory of the machine.
    ///
    /// Whoever loads the object finds that out, because its cgroup pays for the table.
    var connectionLimit: Int?
    /// Whether programs and maps are pinned, and those that are pinned already are adopted.
    var isPinned = false
    /// Whether nothing that is pinned is to be adopted.
    var startsAnew = false

    /// Whether an agent asks for this: a limit of connections that can be set, and not too many workloads.
    package var isExpected: Bool {
        connectionLimit.map(ConnectionLimit.limits.contains) ?? true
            && AttributionOptions.limits.contains(workloads ?? 1)
    }
}

extension CounterBlockShape {
    /// Whether it is that of the blocks of `tcp_flows`.
    package var isExpected: Bool {
        rows == UInt32(ROWS_PER_BLOCK) && rowSize == UInt32(FLOW_COUNTERS) * UInt32(MemoryLayout<UInt64>.size)
    }
}
