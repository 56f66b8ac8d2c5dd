import Metrics
import Probes
import Readings

@testable import Top

/// A little more than two minutes of a busy machine, in the form in which `tcplens top` would have read them.
struct TopSamples {
    /// The start of the clock.
    ///
    /// Only differences matter.
    let start = ContinuousClock.now
    /// What has been seen so far.
    private(set) var model = TopModel()
    private var seconds = 0
    private var flows: [TopReading.Flow: UInt64] = [:]
    private var handshakes = Distribution.zero
    private var roundTrips = Distribution.zero

    /// Whose connections these are.
    private var scope = ObservationScope.own

    /// The busy machine after this many seconds: connections are refused, a queue is full, and connections leak.
    static func busy(after seconds: Int = 130, scope: ObservationScope = .own) -> TopModel {
        var samples = TopSamples()
        samples.scope = scope
        for second in 0..<seconds {
            samples.add(second)
        }
        return samples.model
    }

    /// A machine on which nothing happens.
    static var quiet: TopModel {
        var samples = TopSamples()
        for _ in 0..<3 {
            let listener = ListenerState(
                place: .init(address: .v4(0), port: 22),
                type: .ipv4,
                accept: .init(usage: 0, limit: 128, full: 0),
                syn: .init(usage: 0, limit: 128, full: 0)
            )
            var stocks = ConnectionGroups(listeners: [listener])
            stocks.all.add(1, to: .init(.listen, .ipv4))
            var reading = TopReading()
            reading.stocks = stocks
            reading.flows = [.handshakes: 7, .failures(.refused): 2, .lost(.mapFull): 0]
            samples.take(reading)
        }
        return samples.model
    }

    private mutating func add(_ second: Int) {
        let wave = UInt64(20 * abs(second % 60 - 30) / 30)
        var stocks = ConnectionGroups()
        let local: [(UInt64, ConnectionState, UInt64)] = [
            (443, .established, 200 + wave), (443, .timeWait, 40 * wave), (443, .closeWait, UInt64(second / 4)),
            (8080, .established, 9), (8080, .synReceived, 3), (22, .established, 2), (443, .listen, 1),
            (8080, .listen, 1), (22, .listen, 2),
        ]
        let peer: [(UInt64, ConnectionState, UInt64)] = [
            (5432, .established, 48), (53, .timeWait, 12), (9, .synSent, wave / 4), (443, .finWait2, 5),
        ]
        for (grouping, rows) in [(ConnectionGrouping.localPort, local), (.peerPort, peer)] {
            for (port, state, count) in rows {
                let type: NetworkType = port == 22 ? .ipv6 : .ipv4
                let cgroup: UInt64 = state == .timeWait ? 0 : port == 443 ? 71 : port == 8080 ? 72 : 1
                stocks.add(count, state, type, grouping, .value(port))
                stocks.add(count, state, type, .container, cgroup == 0 ? .none : .value(cgroup))
                stocks.all.add(count, to: .init(state, type))
            }
        }
        stocks.listeners = [
            Self.listener(.v4(0), 443, cgroup: 71, usage: 2, limit: 4096),
            Self.listener(.v4(0x7F00_0001), 8080, cgroup: 72, usage: second < 60 ? 3 : 9, limit: 8, syn: 3),
            Self.listener(.v6(0, 0), 22, cgroup: 1, usage: 0, limit: 128),
        ]
        let containers = [
            1: "/", 71: "/system.slice/nginx.service",
            72: "/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope",
        ].reduce(into: [UInt64: String]()) { $0[UInt64($1.key)] = $1.value }
        count(.handshakes, 40 + 10 * wave)
        count(.failures(.refused), second % 20 < 10 ? 3 : 0)
        count(.failures(.timedOut), second % 20 == 5 ? 1 : 0)
        count(.transitions, 300 + 60 * wave)
        count(.retransmits(.tailLossProbe), wave / 2)
        count(.retransmits(.other), wave / 10)
        count(.segments, 2_000)
        count(.resetsReceived, 2)
        count(.resetsSent, second % 3 == 0 ? 1 : 0)
        count(.bytesReceived, 1_000 * wave)
        count(.bytesSent, 1_300_000 + 100_000 * wave)
        count(.lost(.mapFull), 0)
        handshakes.add(Self.distribution([(0.000_2, 80), (0.003, 15), (0.25, 5)]))
        roundTrips.add(Self.distribution([(0.000_12, 150), (0.001, 40), (0.018, 10)]))
        var reading = TopReading()
        (reading.stocks, reading.containers, reading.scope) = (stocks, containers, scope)
        reading.flows = flows
        (reading.handshakes, reading.roundTrips) = (handshakes, roundTrips)
        take(reading)
    }

    private mutating func count(_ flow: TopReading.Flow, _ events: UInt64) {
        flows[flow, default: 0] += events
    }

    private mutating func take(_ reading: TopReading) {
        let time = Timestamp(unixNanoseconds: UInt64(seconds) * 1_000_000_000)
        model.add(reading, time: time, at: start.advanced(by: .seconds(seconds)))
        seconds += 1
    }

    private static func listener(
        _ address: IPAddress,
        _ port: UInt16,
        cgroup: UInt64,
        usage: UInt64,
        limit: UInt64,
        syn: UInt64 = 0
    ) -> ListenerState {
        ListenerState(
            place: .init(address: address, port: port),
            type: address.type,
            cgroup: cgroup,
            accept: .init(usage: usage, limit: limit, full: usage > limit ? 1 : 0),
            syn: .init(usage: syn, limit: limit, full: 0)
        )
    }

    /// A distribution with `count` durations of each length, in seconds.
    static func distribution(_ durations: [(seconds: Double, count: UInt64)]) -> Distribution {
        var counts = [UInt64](repeating: 0, count: Distribution.bucketCount)
        for (seconds, count) in durations {
            // The bucket that contains it, by the definition of exponential histograms.
            let bucket = counts.indices.dropFirst().first { Self.upperBound(of: $0) >= seconds } ?? 0
            counts[bucket] += count
        }
        return Distribution(counts: counts, sum: 0)
    }

    private static func upperBound(of bucket: Int) -> Double {
        var (bound, step) = (1.0, 1.090_507_732_665_257_7)
        let index = bucket - 160
        if index < 0 { step = 1 / step }
        for _ in 0..<abs(index) { bound *= step }
        return bound
    }
}

extension ConnectionGroups {
    fileprivate mutating func add(
        _ count: UInt64,
        _ state: ConnectionState,
        _ type: NetworkType,
        _ grouping: ConnectionGrouping,
        _ group: Group
    ) {
        groups[grouping, default: [:]][group, default: ConnectionCounts()].add(count, to: .init(state, type))
    }
}
