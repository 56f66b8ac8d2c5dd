import Catalogue
import Metrics
import Probes

/// What one collection tells, as far as the screen shows it.
struct TopReading: Equatable {
    /// What is counted since the start.
    enum Flow: Hashable {
        /// Handshakes that finished.
        case handshakes
        /// Handshakes that failed, by `error.type`.
        case failures(String)
        /// Changes of state.
        case transitions
        /// Segments that were sent, for the first time or again.
        case segments
        /// Segments that were sent again, by the reason.
        case retransmits(String)
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
        /// Events that could not be counted, by the reason.
        case lost(String)
    }

    /// How many connections there are of each group, and how full the queues of listeners are.
    var stocks = ConnectionGroups()
    /// The paths of the control groups among them.
    var containers: [UInt64: String] = [:]
    /// What has happened since the start.
    var flows: [Flow: UInt64] = [:]
    /// How long handshakes took.
    var handshakes = BucketCounts()
    /// Round-trip times.
    var roundTrips = BucketCounts()

    /// The stocks as a snapshot has them.
    var snapshot: Snapshot { Snapshot(groups: stocks, containers: containers) }

    /// Creates a reading of nothing.
    init() {}

    /// Reads what the probes have collected; metrics that the screen does not show are passed over.
    init(_ stocks: ConnectionGroups, containers: [UInt64: String] = [:], _ metrics: [Metric]) {
        (self.stocks, self.containers) = (stocks, containers)
        for metric in metrics {
            switch metric.data {
            case .sum(let points, _, _):
                for point in points {
                    guard case .int(let value) = point.value else { continue }
                    read(metric.name, point.attributes, UInt64(clamping: value))
                }
            case .exponentialHistogram(let points, _):
                read(metric.name, points)
            case .gauge, .histogram:
                break
            }
        }
    }

    private mutating func read(_ name: String, _ attributes: Attributes, _ value: UInt64) {
        guard let flow = Flow(name, attributes) else { return }
        flows[flow, default: 0].add(value)
    }

    private mutating func read(_ name: String, _ points: [ExponentialHistogramDataPoint]) {
        for point in points {
            switch name {
            case MetricDefinition.handshakeDuration.name: handshakes.add(point)
            case MetricDefinition.rtt.name: roundTrips.add(point)
            default: break
            }
        }
    }
}

extension TopReading.Flow {
    /// The flow that a point of a metric belongs to, if the screen shows it.
    fileprivate init?(_ name: String, _ attributes: Attributes) {
        func text(_ key: String) -> String? { attributes[key]?.description }
        let isSent = text(AttributeKey.direction) == IODirection.transmit.attributeValue
        switch name {
        case MetricDefinition.handshakes.name:
            self = text(AttributeKey.error).map(Self.failures) ?? .handshakes
        case MetricDefinition.transitions.name: self = .transitions
        case MetricDefinition.retransmits.name: self = .retransmits(text(AttributeKey.retransmitType) ?? "")
        case MetricDefinition.resets.name: self = isSent ? .resetsSent : .resetsReceived
        case MetricDefinition.listenerOverflows.name: self = .overflows
        case MetricDefinition.listenerDrops.name: self = .drops
        case MetricDefinition.io.name: self = isSent ? .bytesSent : .bytesReceived
        case MetricDefinition.lostEvents.name: self = .lost(text(AttributeKey.lossReason) ?? "")
        default: return nil
        }
    }
}
