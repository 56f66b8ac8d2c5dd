import Metrics
import Probes
internal import Readings

/// What has been seen so far: the newest reading, rates, and the history of the last minutes.
struct TopModel {
    /// The connections of a row.
    struct Row: Equatable {
        /// What they have in common.
        var group: TopGrouping.Group
        /// How many there are.
        var counts = ConnectionCounts()
    }

    /// A kind of flow, whatever the reason of each event was.
    enum Trend: Hashable, CaseIterable {
        /// Handshakes that finished.
        case handshakes
        /// Handshakes that failed.
        case failures
        /// Changes of state.
        case transitions
        /// Segments that were sent again.
        case retransmits
        /// Resets that came.
        case resetsReceived
        /// Resets that were sent.
        case resetsSent
        /// Bytes received.
        case bytesReceived
        /// Bytes sent.
        case bytesSent
    }

    /// What is kept of a reading that is not the newest any more.
    private struct Past {
        let instant: ContinuousClock.Instant
        let reading: TopReading
    }

    /// How far back quantiles and reasons look, so that a few events are enough and old ones do not hide new ones.
    static let window = Duration.seconds(10)
    /// A reading that comes a little late is still within it.
    private static let reach = window + .milliseconds(500)

    /// When the newest reading was taken.
    private(set) var time = Timestamp.unknown
    /// The newest reading.
    private(set) var reading = TopReading()
    /// The connections by each grouping.
    private(set) var rows: [TopGrouping: [Row]] = [:]
    /// How many of each there were in a second of the last interval; none before the second reading.
    private(set) var rates: [Trend: Double] = [:]
    /// What happened within the window.
    private(set) var recent: [TopReading.Flow: UInt64] = [:]
    /// The handshakes within the window.
    private(set) var handshakes = Distribution.zero
    /// The round-trip times within the window.
    private(set) var roundTrips = Distribution.zero
    /// How many connections of each group there were.
    private(set) var groupHistory: [TopGrouping: Histories<TopGrouping.Group>] = [:]
    /// How many of each kind of flow there were in a second.
    private(set) var rateHistory = Histories<Trend>()
    /// How long the window is so far.
    private(set) var windowLength = Duration.zero

    /// Readings within the window, the oldest just outside of it, the newest last.
    private var past: [Past] = []

    /// Whether there are rates: they take two readings.
    var hasRates: Bool { !rates.isEmpty }

    /// Takes in a reading.
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
        // Stocks have a history of their own, and can be many.
        (kept.stocks, kept.containers) = (ConnectionGroups(), [:])
        past.append(Past(instant: instant, reading: kept))
        past = Array(past.drop { $0.instant.duration(to: instant) > Self.reach })
    }

    private mutating func measure(_ reading: TopReading, at instant: ContinuousClock.Instant, since last: Past) {
        let elapsed = last.instant.duration(to: instant) / .seconds(1)
        let increases = reading.increases(since: last.reading)
        // What the kernel can't count has no rate; transitions always can, and have a counter from the first one on.
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
        // All of it when this is no later reading of the same counters.
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
    /// What has happened since an earlier reading; a counter that fell was set to zero in between.
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
