internal import Readings

/// Compares flows with stocks: a state must have gained what came into it less what left it.
///
/// It compares them for all workloads together.
struct StockDrift: Sendable, Codable {
    /// A count of connections, with the number of changes of state when the count began and when it ended.
    struct Count: Sendable, Codable {
        /// The connections.
        var counts: ConnectionCounts
        /// The changes of state before the first connection was counted.
        var before: TransitionCounts
        /// The changes of state after the last one was counted.
        var after: TransitionCounts
    }

    /// For each state, the reading to compare with: the one during whose pass the state changed least.
    private var bases: [ConnectionState: Count] = [:]

    /// The changes of state of each workload at the last reading, and those of all workloads that are gone.
    private var tables: [Workload.ID: [UInt64]] = [:]
    private var gone = TransitionCounts()

    /// The result of the last reading; nil if that failed.
    private(set) var last: [ConnectionState: Int64]?

    /// Takes in a reading.
    mutating func note(_ activity: Activity) {
        var (before, after) = activity.transitions
        note(tablesOf: activity)
        before.add(gone)
        after.add(gone)
        var counts = ConnectionCounts()
        for row in activity.connections { counts.add(row.count, to: .init(row.state, row.type)) }
        last = drift(Count(counts: counts, before: before, after: after))
    }

    /// Adds the changes of state of workloads that are gone to those that remain known.
    ///
    /// Their connections were counted before and are not any more, so what has become of them must not be forgotten.
    private mutating func note(tablesOf activity: Activity) {
        let counters = activity.counters[.transitions]
        var present: [Workload.ID: [UInt64]] = [:]
        for (index, workload) in activity.workloads.enumerated() where workload.id != .host {
            present[workload.id] = counters[WorkloadIndex(rawValue: UInt16(clamping: index))]
        }
        for (id, table) in tables where present[id] == nil { gone.add(table) }
        tables = present
    }

    /// Drops the last result, because the next reading may fail.
    mutating func forget() {
        last = nil
    }

    /// How many connections the flows predict beyond those that were found, in each state.
    ///
    /// A connection that changes its state during a pass may be counted in either state. So the flows predict a range,
    /// and a count within it is not drift. Any other value than zero means that events were lost, or that stocks and
    /// flows count different things.
    mutating func drift(_ reading: Count) -> [ConnectionState: Int64] {
        var drift: [ConnectionState: Int64] = [:]
        for state in ConnectionState.eventful {
            let base = bases[state] ?? reading
            let found = Int64(clamping: reading.counts[state])
            let before = Int64(clamping: base.counts[state])
            let least =
                before &+ reading.before.inflow(into: state) &- base.after.inflow(into: state)
                &- (reading.after.outflow(from: state) &- base.before.outflow(from: state))
            let most =
                before &+ reading.after.inflow(into: state) &- base.before.inflow(into: state)
                &- (reading.before.outflow(from: state) &- base.after.outflow(from: state))
            let isFirst = bases[state] == nil
            let value = isFirst ? 0 : found < least ? least &- found : found > most ? most &- found : 0
            drift[state] = value
            if isFirst || (value == 0 && reading.changes(of: state) < base.changes(of: state)) {
                bases[state] = reading
            }
        }
        return drift
    }
}

extension StockDrift.Count {
    /// How many connections entered or left `state` while they were counted.
    fileprivate func changes(of state: ConnectionState) -> Int64 {
        after.inflow(into: state) &- before.inflow(into: state)
            &+ (after.outflow(from: state) &- before.outflow(from: state))
    }
}
