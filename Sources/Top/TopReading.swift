import Metrics
import Probes
internal import Readings
internal import SnapshotView

/// What one collection tells, as far as the screen shows it.
struct TopReading: Equatable {
    /// What is counted since the start.
    enum Flow: Hashable {
        /// Handshakes that finished.
        case handshakes
        /// Handshakes that failed.
        case failures(HandshakeOutcome)
        /// Changes of state.
        case transitions
        /// Segments that were sent, without those sent again.
        case segments
        /// Segments that were sent again.
        case retransmits(RetransmitType)
        /// Resets that were sent.
        case resetsSent
        /// Resets that came.
        case resetsReceived
        /// Connections that a full accept queue kept out.
        case overflows
        /// Connections that a listener dropped, those that its full accept queue kept out among them.
        case drops
        /// Bytes sent.
        case bytesSent
        /// Bytes received.
        case bytesReceived
        /// Events that could not be counted.
        case lost(LossReason)
    }

    /// How many connections there are of each group, and how full the queues of listeners are.
    var stocks = ConnectionGroups()
    /// The paths of the control groups among them.
    var containers: [UInt64: String] = [:]
    /// What has happened since the start, without what this kernel can't count.
    var flows: [Flow: UInt64] = [:]
    /// How long handshakes took.
    var handshakes = Distribution.zero
    /// Round-trip times.
    var roundTrips = Distribution.zero

    /// The stocks as a snapshot has them.
    var snapshot: Snapshot { Snapshot(groups: stocks, containers: containers) }

    /// Creates a reading of nothing.
    init() {}

    /// Takes what the screen shows.
    ///
    /// - Parameters:
    ///   - stocks: The connections, counted in a pass of its own.
    ///   - containers: The paths of the control groups among them.
    ///   - activity: What happens.
    ///   - epoch: What that is counted from.
    ///   - losses: What could not be counted, by the reason.
    init(
        _ stocks: ConnectionGroups,
        containers: [UInt64: String] = [:],
        _ activity: Activity,
        since epoch: Epoch,
        losses: [LossReason: UInt64] = [:]
    ) {
        (self.stocks, self.containers) = (stocks, containers)
        for (reason, count) in losses { flows[.lost(reason)] = count }
        take(activity.counters)
        take(activity.namespaceCounters, since: epoch.namespaceCounters)
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
                flows[Flow(id, id.coordinates(of: row)), default: 0].add(count)
            }
        }
    }

    private mutating func take(_ counters: NamespaceCounters, since earlier: NamespaceCounters) {
        flows[.segments] = counters[.segmentsSent]
        flows[.overflows] = counters.increase(of: [.listenOverflows], since: earlier)
        // The kernel makes no event of these.
        if flows[.handshakes] != nil, let resets = counters.increase(of: [.embryonicResets], since: earlier) {
            flows[.failures(.reset), default: 0].add(resets)
        }
    }
}

extension TopReading.Flow {
    /// The flow that a row of a counter belongs to, by its place in each dimension.
    fileprivate init(_ id: Counter, _ place: [Int]) {
        let isSent = place[0] == IODirection.transmit.index
        switch id {
        case .transitions: self = .transitions
        case .handshakes:
            let outcome = HandshakeOutcome.allCases[place[2]]
            self = outcome == .succeeded ? .handshakes : .failures(outcome)
        case .bytes: self = isSent ? .bytesSent : .bytesReceived
        case .retransmits: self = .retransmits(RetransmitType.allCases[place[0]])
        case .resets: self = isSent ? .resetsSent : .resetsReceived
        }
    }
}
