internal import Metrics
internal import Readings

/// What programs of earlier generations have counted, which is added to what those of this one count.
struct Carried: Codable, Hashable, Sendable {
    /// A `struct flow_counters` of this build, if nothing is attributed; empty for none.
    ///
    /// Otherwise rows have their own (``FlowRows``).
    var counters: [UInt64] {
        get { kept.values }
        set { kept = SparseCounters(newValue) }
    }
    private var kept = SparseCounters([])
    /// What was lost, by the rows of `tcp_losses`.
    var losses: [String: UInt64] = [:]
    /// How often the program that counts transitions was skipped.
    var recursions: UInt64 = 0
    /// What each program has cost.
    var costs: [String: Cost] = [:]

    /// How often a program ran, and for how many nanoseconds.
    struct Cost: Codable, Hashable, Sendable {
        var runs: UInt64 = 0
        var nanoseconds: UInt64 = 0
    }

    /// Adds it to the flows of the host.
    func add(to activity: inout Activity) {
        guard !counters.isEmpty else { return }
        let sums = FlowCounters(counters)
        for counter in [Counter.transitions, .handshakes, .bytes, .retransmits, .resets] {
            guard let table = activity.counters[counter, .host] else { continue }
            activity.counters[counter, .host] = Self.sum(table, sums.table(counter))
        }
        activity.transitionsBefore = Self.sum(activity.transitionsBefore, sums.table(.transitions))
        activity.durations = activity.durations.map { $0.adding(sums.durations(of: .host)) }
    }

    /// Adds it to a table of transitions.
    func add(toTransitions table: [UInt64]) -> [UInt64] {
        counters.isEmpty ? table : Self.sum(table, FlowCounters(counters).table(.transitions))
    }

    /// Adds it to what was lost, and what programs cost.
    func add(to upkeep: inout Upkeep) {
        upkeep.losses.mapFull &+= losses["map_full"] ?? 0
        upkeep.losses.allocation &+= losses["allocation"] ?? 0
        upkeep.losses.gaps &+= losses["unseen"] ?? 0
        upkeep.losses.recursions &+= recursions
        for index in upkeep.programs.indices {
            guard let cost = costs[upkeep.programs[index].name] else { continue }
            upkeep.programs[index].runs &+= cost.runs
            upkeep.programs[index].nanoseconds &+= cost.nanoseconds
        }
    }

    private static func sum(_ one: [UInt64], _ other: [UInt64]) -> [UInt64] {
        one.indices.map { one[$0] &+ (other.indices.contains($0) ? other[$0] : 0) }
    }
}

extension [DurationRow] {
    /// The same with what other rows have, those that are missing included.
    fileprivate func adding(_ others: [DurationRow]) -> [DurationRow] {
        var rows = self
        for other in others {
            let same = rows.firstIndex { $0.id == other.id && $0.row == other.row && $0.workload == other.workload }
            if let same { rows[same].value.add(other.value) } else { rows.append(other) }
        }
        return rows
    }
}
