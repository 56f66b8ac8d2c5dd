internal import BPF
package import Metrics
package import Readings

extension TCPProbes: ReadingSource {
    /// Takes one reading of everything.
    package func read(at time: Timestamp) -> Reading {
        // The pass comes first: it samples connections into the maps of the flows, and finds missed events.
        let activity = part { () throws(BPFError) in try self.activity() }
        let upkeep = part { () throws(BPFError) in try agent.upkeep() }
        return Reading(taken: time, epoch: epoch, activity: activity, upkeep: upkeep)
    }

    private func part<Part>(_ read: () throws(BPFError) -> Part) -> Result<Part, ReadingError> {
        do throws(BPFError) {
            return .success(try read())
        } catch {
            return .failure(ReadingError(ProbeError(error)))
        }
    }

    private func activity() throws(BPFError) -> Activity {
        var activity = Activity()
        activity.transitionsBefore = try connections.transitionTable()
        let found = try count.pass()
        activity.counters = try connections.counters()
        activity.namespaceCounters = .current()
        activity.connections = found.connections
        activity.listeners = found.listeners
        activity.listenerDrops = found.drops
        activity.durations = try connections.durationRows()
        for counter in counters {
            activity.counters[counter.counter, .host] = try counter.table()
        }
        if let responseTime {
            activity.responseTimes = try responseTime.rows(listening: Set(found.listeners.compactMap(\.port)))
        }
        activity.stocks = found.stocks
        activity.stocks.add(.current)
        activity.stocks.add(TCPMemory.current)
        return activity
    }
}
