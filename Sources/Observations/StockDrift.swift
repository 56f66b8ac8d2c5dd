internal import Readings

/// Holds the flows against the stocks: what came into a state less what left it must be what it has more.
struct StockDrift: Sendable, Codable {
    /// A count of connections, and how often they had changed their states when it began and when it was done.
    struct Count: Sendable, Codable {
        /// The connections.
        var counts: ConnectionCounts
        /// The changes of state before the first connection was counted.
        var before: TransitionCounts
        /// The changes of state after the last one was counted.
        var after: TransitionCounts
    }

    /// What each state is held against: the reading in whose pass it changed least.
    private var bases: [ConnectionState: Count] = [:]

    /// What the last reading showed; nil when that could not be read.
    private(set) var last: [ConnectionState: Int64]?

    /// Takes in a reading.
    mutating func note(_ activity: Activity) {
        let (before, after) = activity.transitions
        var counts = ConnectionCounts()
        for row in activity.connections { counts.add(row.count, to: .init(row.state, row.type)) }
        last = drift(Count(counts: counts, before: before, after: after))
    }

    /// Forgets what the last reading showed: the next one may not be readable.
    mutating func forget() {
        last = nil
    }

    /// How many connections the flows predict beyond those that were found, in each state.
    ///
    /// What changes its state while a pass goes on may be counted in either. So the flows give a range, and what lies in
    /// it is no drift; other than zero means that events were lost, or that stocks and flows count different things.
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
    /// How often connections came into `state` or left it while they were counted.
    fileprivate func changes(of state: ConnectionState) -> Int64 {
        after.inflow(into: state) &- before.inflow(into: state)
            &+ (after.outflow(from: state) &- before.outflow(from: state))
    }
}
