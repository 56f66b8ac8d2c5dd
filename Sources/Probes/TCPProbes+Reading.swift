internal import BPF
internal import CProbes
package import Metrics
package import Readings

extension TCPProbes: ReadingSource {
    /// Takes one reading of everything.
    package func read(at time: Timestamp) -> Reading {
        // The pass comes first: it samples connections into the maps of the flows, and finds missed events.
        let activity = part { () throws(BPFError) -> Activity in
            if let attribution { return try self.activity(by: attribution, at: time) }
            return try self.activity()
        }
        let upkeep = part { () throws(BPFError) in
            var upkeep = try agent.upkeep()
            carried.add(to: &upkeep)
            return upkeep
        }
        return Reading(taken: time, epoch: epoch, activity: activity, upkeep: upkeep)
    }

    private func part<Part>(_ read: () throws(BPFError) -> Part) -> Result<Part, ReadingError> {
        do throws(BPFError) {
            return .success(try read())
        } catch {
            return .failure(ReadingError(ProbeError(error)))
        }
    }

    /// Everything, for the host.
    private func activity() throws(BPFError) -> Activity {
        var activity = Activity()
        activity.transitionsBefore = try connections.transitionTable()
        let found = try pass(into: &activity)
        activity.counters = try connections.counters()
        activity.durations = try connections.durationRows()
        for counter in counters {
            activity.counters[counter.counter, .host] = try counter.table()
        }
        carried.add(to: &activity)
        activity.stocks.merge(found.stocks, of: WorkloadIndex(row: HOST_ROW.rawValue), into: .host)
        activity.moveToHost()
        addLimits(to: &activity)
        return activity
    }

    /// Everything, by workload.
    private func activity(by attribution: Attribution, at time: Timestamp) throws(BPFError) -> Activity {
        var activity = Activity()
        try attribution.prepare()
        activity.transitionsBefore = try attribution.transitionTable()
        let found = try pass(into: &activity)
        _ = try attribution.makeRoom(rows: found.rows)
        let parts = try attribution.divide(
            rows: found.rows,
            counters: [.transitions, .handshakes, .bytes] + counters.map(\.counter),
            at: time
        )
        activity.workloads = parts.workloads
        activity.counters = parts.counters
        activity.durations = parts.durations
        for row in found.stockRows {
            activity.stocks.merge(found.stocks, of: row, into: parts.indexes[row] ?? .host)
        }
        activity.listenerDrops = activity.listenerDrops.map {
            attribution.drops.add($0, parts.workloads, parts.indexes)
        }
        activity.responseTimes = activity.responseTimes.map {
            attribution.responses.add($0, parts.workloads, parts.indexes)
        }
        activity.merge(parts.indexes)
        addLimits(to: &activity)
        return activity
    }

    /// Counts all sockets; the workload of each row is the number of the kernel's row.
    private func pass(into activity: inout Activity) throws(BPFError) -> ConnectionCountProbe.Findings {
        let found = try count.pass()
        noteTrouble()
        activity.connections = found.connections
        activity.listeners = found.listeners
        activity.listenerDrops = found.drops
        if let responseTime {
            let listening = found.listeners.compactMap { row in
                row.port.map { PortOfRow(port: $0, workload: row.workload) }
            }
            activity.responseTimes = try responseTime.rows(listening: Set(listening))
        }
        return found
    }

    /// What is counted and limited for the namespace or the machine.
    private func addLimits(to activity: inout Activity) {
        activity.namespaceCounters = .current()
        activity.stocks.add(.current)
        activity.stocks.add(TCPMemory.current)
    }
}
