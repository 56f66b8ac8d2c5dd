import Metrics
import Probes
internal import Readings
internal import SnapshotView

/// The part of one collection that the screen shows.
struct TopReading: Equatable {
    /// A flow that is counted since the start.
    enum Flow: Hashable {
        /// Handshakes that succeeded.
        case handshakes
        /// Handshakes that failed.
        case failures(HandshakeOutcome)
        /// Changes of state.
        case transitions
        /// Segments that were sent, without retransmits.
        case segments
        /// Retransmitted segments.
        case retransmits(RetransmitType)
        /// Resets that were sent.
        case resetsSent
        /// Resets that were received.
        case resetsReceived
        /// Connections that a full accept queue rejected.
        case overflows
        /// Connections that a listener dropped, including those that its full accept queue rejected.
        case drops
        /// Bytes sent.
        case bytesSent
        /// Bytes received.
        case bytesReceived
        /// Events that could not be counted.
        case lost(LossReason)
    }

    /// The connections of each group, and the queues of listeners.
    var stocks = ConnectionGroups()
    /// The names of their workloads, or else the paths of their cgroups, by ID.
    var containers: [UInt64: String] = [:]
    /// Whose connections these are.
    var scope = ObservationScope.own
    /// What has happened since the start, without what this kernel can't count.
    var flows: [Flow: UInt64] = [:]
    /// The durations of handshakes.
    var handshakes = Distribution.zero
    /// Round-trip times.
    var roundTrips = Distribution.zero

    /// The stocks as a snapshot.
    var snapshot: Snapshot { Snapshot(groups: stocks, containers: containers, scope: scope) }

    /// Creates an empty reading.
    init() {}

    /// Selects what the screen shows.
    ///
    /// - Parameters:
    ///   - stocks: The connections, counted in a separate pass.
    ///   - containers: The names of their workloads, or else the paths of their cgroups, by ID.
    ///   - scope: Whose connections these are.
    ///   - activity: The flows.
    ///   - epoch: The start of the flows.
    ///   - losses: What could not be counted, by reason.
    init(
        _ stocks: ConnectionGroups,
        containers: [UInt64: String] = [:],
        scope: ObservationScope = .own,
        _ activity: Activity,
        since epoch: Epoch,
        losses: [LossReason: UInt64] = [:]
    ) {
        (self.stocks, self.containers, self.scope) = (stocks, containers, scope)
        for (reason, count) in losses { flows[.lost(reason)] = count }
        take(activity.counters)
        // They are those of this namespace only, and would be taken for those of all.
        if scope == .own { take(activity.namespaceCounters, since: epoch.namespaceCounters) }
        if let drops = activity.listenerDrops {
            flows[.drops] = drops.reduce(0) { $0 &+ $1.value }
        }
        for row in activity.durations ?? [] {
            switch row.id {
            case .handshakes: handshakes.add(row.value)
            case .roundTrips: roundTrips.add(row.value)
            case .connections, .states: break
            }
        }
    }

    private mutating func take(_ counters: Tables<Counter>) {
        for id in Counter.allCases {
            for (row, count) in (counters[id, .host] ?? []).enumerated() {
                guard let flow = Flow(id, id.coordinates(of: row)) else { continue }
                flows[flow, default: 0].add(count)
            }
        }
    }

    private mutating func take(_ counters: NamespaceCounters, since earlier: NamespaceCounters) {
        flows[.segments] = counters[.segmentsSent]
        flows[.overflows] = counters.increase(of: [.listenOverflows], since: earlier)
        // No event fires for these.
        if flows[.handshakes] != nil, let resets = counters.increase(of: [.embryonicResets], since: earlier) {
            flows[.failures(.reset), default: 0].add(resets)
        }
    }
}

extension TopReading.Flow {
    /// The flow that a row of a counter belongs to, by its index in each dimension; nil if the screen does not show it.
    fileprivate init?(_ id: Counter, _ place: [Int]) {
        let isSent = place.first == IODirection.transmit.index
        if id == .transitions {
            self = .transitions
        } else if id == .handshakes {
            let outcome = HandshakeOutcome.allCases[place[2]]
            self = outcome == .succeeded ? .handshakes : .failures(outcome)
        } else if id == .bytes {
            self = isSent ? .bytesSent : .bytesReceived
        } else if id == .retransmits {
            self = .retransmits(RetransmitType.allCases[place[0]])
        } else if id == .resets {
            self = isSent ? .resetsSent : .resetsReceived
        } else {
            return nil
        }
    }
}
