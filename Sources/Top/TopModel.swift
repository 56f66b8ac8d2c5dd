import Metrics
import Probes
internal import Readings

/// What has been seen so far: the newest reading, rates, and the history of the last minutes.
struct TopModel {
    /// The connections of a row.
    struct Row: Equatable {
        /// The group.
        var group: TopGrouping.Group
        /// Its connections.
        var counts = ConnectionCounts()
    }

    /// A kind of flow, without the reason of each event.
    enum Trend: Hashable, CaseIterable {
        /// Handshakes that succeeded.
        case handshakes
        /// Handshakes that failed.
        case failures
        /// Changes of state.
        case transitions
        /// Retransmitted segments.
        case retransmits
        /// Resets that were received.
        case resetsReceived
        /// Resets that were sent.
        case resetsSent
        /// Bytes received.
        case bytesReceived
        /// Bytes sent.
        case bytesSent
    }

    /// What is kept of an older reading.
    private struct Past {
        let instant: ContinuousClock.Instant
        let reading: TopReading
    }

    /// The window for quantiles and reasons: long enough for a few events, and short enough for old ones not to hide
    /// new ones.
    static let window = Duration.seconds(10)
    /// Includes a reading that comes slightly late.
    private static let reach = window + .milliseconds(500)

    /// When the newest reading was taken.
    private(set) var time = Timestamp.unknown
    /// The newest reading.
    private(set) var reading = TopReading()
    /// The connections by each grouping.
    private(set) var rows: [TopGrouping: [Row]] = [:]
    /// The rates per second in the last interval; empty before the second reading.
    private(set) var rates: [Trend: Double] = [:]
    /// The flows within the window.
    private(set) var recent: [TopReading.Flow: UInt64] = [:]
    /// The handshakes within the window.
    private(set) var handshakes = Distribution.zero
    /// The round-trip times within the window.
    private(set) var roundTrips = Distribution.zero
    /// The number of connections of each group over time.
    private(set) var groupHistory: [TopGrouping: Histories<TopGrouping.Group>] = [:]
    /// The rates of each kind of flow over time.
    private(set) var rateHistory = Histories<Trend>()
    /// The length of the window so far.
    private(set) var windowLength = Duration.zero

    /// The readings within the window and the one just before it, the newest last.
    private var past: [Past] = []

    /// Whether there are rates, which need two readings.
    var hasRates: Bool { !rates.isEmpty }

    /// Adds a reading.
    mutating func add(_ reading: TopReading, time: Timestamp, at instant: ContinuousClock.Instant) {
        (self.reading, self.time) = (reading, time)
        if let last = past.last {
            measure(reading, at: instant, since: last)
        }
        rows = Dictionary(uniqueKeysWithValues: TopGrouping.allCases.map { ($0, Self.rows(reading.stocks, by: $0)) })
        for (grouping, rows) in rows {
            let sizes = Dictionary(uniqueKeysWithValues: rows.map { ($0.group, Double($0.counts.total)) })
            groupHistory[grouping, default: Histories()].append(sizes)
        }
        var kept = reading
        // Stocks are not kept here, because they have their own history and can be large.
        (kept.stocks, kept.containers) = (ConnectionGroups(), [:])
        past.append(Past(instant: instant, reading: kept))
        past = Array(past.drop { $0.instant.duration(to: instant) > Self.reach })
    }

    private mutating func measure(_ reading: TopReading, at instant: ContinuousClock.Instant, since last: Past) {
        let elapsed = last.instant.duration(to: instant) / .seconds(1)
        let increases = reading.increases(since: last.reading)
        // Flows that this kernel can't count have no rate. Transitions can always be counted, but have no row before
        // the first.
        var sums: [Trend: Double] = [.transitions: 0]
        for (flow, count) in increases {
            guard let trend = Trend(flow) else { continue }
            sums[trend, default: 0] += Double(count)
        }
        rates = sums.mapValues { elapsed > 0 ? $0 / elapsed : 0 }
        rateHistory.append(rates)
        let oldest = past.first { $0.instant.duration(to: instant) <= Self.reach } ?? last
        windowLength = oldest.instant.duration(to: instant)
        recent = reading.increases(since: oldest.reading)
        // If the counters were reset: everything that they have counted since.
        handshakes = reading.handshakes.increase(since: oldest.reading.handshakes) ?? reading.handshakes
        roundTrips = reading.roundTrips.increase(since: oldest.reading.roundTrips) ?? reading.roundTrips
    }

    private static func rows(_ stocks: ConnectionGroups, by grouping: TopGrouping) -> [Row] {
        grouping.groups(of: stocks).filter { $0.value.total > 0 }.map { Row(group: $0.key, counts: $0.value) }
            .map { (row: $0, total: $0.counts.total) }
            .sorted { one, other in
                guard one.row.group.isNamed == other.row.group.isNamed else { return one.row.group.isNamed }
                guard one.total == other.total else { return one.total > other.total }
                return one.row.group.order < other.row.group.order
            }
            .map(\.row)
    }
}

extension TopReading {
    /// What has happened since an earlier reading.
    ///
    /// A counter that decreased was reset in between.
    fileprivate func increases(since earlier: TopReading) -> [Flow: UInt64] {
        var increases: [Flow: UInt64] = [:]
        for (flow, count) in flows {
            increases[flow] = count.increase(since: earlier.flows[flow] ?? 0) ?? count
        }
        return increases
    }
}

extension TopModel.Trend {
    fileprivate init?(_ flow: TopReading.Flow) {
        switch flow {
        case .handshakes: self = .handshakes
        case .failures: self = .failures
        case .transitions: self = .transitions
        case .retransmits: self = .retransmits
        case .resetsSent: self = .resetsSent
        case .resetsReceived: self = .resetsReceived
        case .bytesSent: self = .bytesSent
        case .bytesReceived: self = .bytesReceived
        case .segments, .overflows, .drops, .lost: return nil
        }
    }
}
