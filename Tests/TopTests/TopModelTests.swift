import Metrics
import Probes
import Readings
import Testing

@testable import Top

/// What `tcplens top` computes from readings.
@Suite struct TopModelTests {
    private let start = ContinuousClock.now

    private func reading(_ flows: [TopReading.Flow: UInt64], _ stocks: ConnectionGroups = .init()) -> TopReading {
        var reading = TopReading()
        (reading.stocks, reading.flows) = (stocks, flows)
        return reading
    }

    /// A model of readings, each at this many seconds after the start.
    private func model(_ readings: [(seconds: Double, TopReading)]) -> TopModel {
        readings.reduce(into: TopModel()) { model, reading in
            model.add(reading.1, time: .unknown, at: start.advanced(by: .seconds(reading.seconds)))
        }
    }

    @Test func `a reading has what the kernel has counted`() {
        var activity = Activity()
        func count(_ id: Counter, _ rows: [([any Coordinate], UInt64)]) {
            var table = [UInt64](repeating: 0, count: id.rowCount)
            for (values, count) in rows { table[id.row(of: values)] = count }
            activity.counters[id, .host] = table
        }
        let (ipv4, ipv6) = (NetworkType.ipv4, NetworkType.ipv6)
        let (client, server) = (HandshakeRole.client, HandshakeRole.server)
        let (transmit, receive) = (IODirection.transmit, IODirection.receive)
        count(
            .handshakes,
            [
                ([client, ipv4, HandshakeOutcome.succeeded], 30), ([server, ipv6, HandshakeOutcome.succeeded], 10),
                ([client, ipv4, HandshakeOutcome.refused], 2), ([client, ipv6, HandshakeOutcome.refused], 1),
            ]
        )
        let (sent, established) = (ConnectionState.synSent, ConnectionState.established)
        count(.transitions, [([ipv4, sent, established], 300), ([ipv6, sent, established], 5)])
        count(.retransmits, [([RetransmitType.fast, ipv4], 9)])
        count(.resets, [([transmit, ipv4], 3), ([receive, ipv6], 4)])
        count(.bytes, [([transmit, client], 60), ([transmit, server], 40), ([receive, server], 200)])
        activity.listenerDrops = [
            PortRow(port: 80, type: .ipv4, value: 5), PortRow(port: 80, type: .ipv6, value: 2),
            PortRow(port: nil, type: .ipv4, value: 1),
        ]
        let durations = TopSamples.distribution([(0.001, 7)])
        activity.durations = Durations.allCases.flatMap { id in
            (0..<2).map { DurationRow(id, row: $0, value: durations) }
        }
        let counters: [NamespaceCounter: UInt64] = [.listenOverflows: 16, .embryonicResets: 7, .segmentsSent: 500]
        activity.namespaceCounters = NamespaceCounters { counters[$0] }
        let epoch = Epoch(
            start: .unknown,
            namespaceCounters: NamespaceCounters { [.listenOverflows: 10, .embryonicResets: 3][$0] }
        )
        let reading = TopReading(ConnectionGroups(), activity, since: epoch, losses: [.unseen: 1])
        let counted = reading.flows.filter { $0.value > 0 }
        #expect(
            counted == [
                .handshakes: 40, .failures(.refused): 3, .failures(.reset): 4, .transitions: 305,
                .retransmits(.fast): 9, .resetsSent: 3, .resetsReceived: 4, .overflows: 6, .drops: 8,
                .bytesSent: 100, .bytesReceived: 200, .lost(.unseen): 1, .segments: 500,
            ]
        )
        #expect(reading.handshakes.count == 14)
        #expect(reading.roundTrips.count == 14)
    }

    @Test func `a reading lacks what this kernel can't count`() {
        var activity = Activity()
        activity.counters[.transitions, .host] = []
        let reading = TopReading(ConnectionGroups(), activity, since: Epoch(start: .unknown))
        #expect(reading.flows == [.transitions: 0])
    }

    @Test func `a rate is what the counters of a kind have grown by, in a second of the time that has passed`() {
        let model = model([
            (0, reading([.failures(.refused): 10, .failures(.reset): 1])),
            (2, reading([.failures(.refused): 16, .failures(.reset): 2])),
        ])
        #expect(model.rates[.failures] == 3.5)
        #expect(model.rates[.transitions] == 0)
    }

    @Test func `what the kernel can't count has no rate`() {
        let model = model([(0, reading([:])), (1, reading([.resetsSent: 0]))])
        #expect(model.rates == [.transitions: 0, .resetsSent: 0])
    }

    @Test func `there are no rates before the second reading`() {
        #expect(!model([(0, reading([.handshakes: 5]))]).hasRates)
        #expect(model([(0, reading([.handshakes: 5])), (1, reading([.handshakes: 5]))]).hasRates)
    }

    @Test func `a counter that fell has begun at zero again, and none is too large`() {
        let model = model([
            (0, reading([.handshakes: .max, .transitions: .max])), (1, reading([.handshakes: 7, .transitions: .max])),
        ])
        #expect(model.rates[.handshakes] == 7)
        #expect(model.rates[.transitions] == 0)
    }

    @Test func `two readings at the same moment have no rate`() {
        #expect(model([(0, reading([:])), (0, reading([.handshakes: 7]))]).rates[.handshakes] == 0)
    }

    @Test func `what happened more than ten seconds ago is not recent`() {
        let readings = (0...20).map { second in
            (seconds: Double(second), reading([.failures(.refused): second < 5 ? 0 : 30]))
        }
        #expect(model(Array(readings.prefix(15))).recentFailures.map(\.count) == [30])
        #expect(model(readings).recentFailures.isEmpty)
        #expect(model(readings).windowLength == .seconds(10))
    }

    @Test func `with a long interval the last one is the window`() {
        let model = model([(0, reading([.retransmits(.fast): 1])), (60, reading([.retransmits(.fast): 4]))])
        #expect(model.recentRetransmits.map(\.count) == [3])
        #expect(model.windowLength == .seconds(60))
    }

    @Test func `quantiles are those of the window alone, within the width of a bucket`() throws {
        let before = TopSamples.distribution([(1, 1_000)])
        var after = before
        after.add(TopSamples.distribution([(0.001, 90), (0.01, 9), (0.1, 1)]))
        var (first, second) = (reading([:]), reading([:]))
        first.handshakes = before
        second.handshakes = after
        let counts = model([(0, first), (1, second)]).handshakes
        #expect(counts.count == 100)
        for (quantile, seconds) in [(0.5, 0.001), (0.9, 0.001), (0.95, 0.01), (0.99, 0.01), (1, 0.1)] {
            let found = try #require(counts.quantile(quantile))
            #expect(abs(found / seconds - 1) < 0.1, "p\(quantile) is \(found)")
        }
    }

    @Test func `a histogram that got wider is compared as finely as before`() throws {
        let before = TopSamples.distribution([(0.001, 50)])
        var after = before
        // Wider than an OTLP point can be at the finest scale.
        after.add(TopSamples.distribution([(0.001, 20), (10_000, 20)]))
        var (first, second) = (reading([:]), reading([:]))
        first.roundTrips = before
        second.roundTrips = after
        let counts = model([(0, first), (1, second)]).roundTrips
        #expect(counts.count == 40)
        #expect(abs(try #require(counts.quantile(0.5)) / 0.001 - 1) < 0.1)
        #expect(abs(try #require(counts.quantile(0.51)) / 10_000 - 1) < 0.1)
    }

    @Test func `nothing measured has no quantile, and what is too small for a bucket has its bound`() {
        #expect(Distribution.zero.quantile(0.5) == nil)
        #expect(Distribution(counts: [5], sum: 0).quantile(0.99) == 0x1p-20)
    }

    @Test func `connections are grouped, the largest group first and the rest last`() {
        var stocks = ConnectionGroups()
        func counts(_ state: ConnectionState, _ count: UInt64) -> ConnectionCounts {
            var counts = ConnectionCounts()
            counts.add(count, to: .init(state, .ipv4))
            return counts
        }
        stocks.all = counts(.established, 60)
        stocks.groups = [
            .localPort: [.value(443): counts(.established, 20), .none: counts(.established, 30)],
            .peerPort: [
                .value(443): counts(.established, 30), .others: counts(.established, 99),
                .none: counts(.established, 20),
            ],
            .container: [.value(7): counts(.established, 20), .none: counts(.established, 40)],
        ]
        let model = model([(0, reading([:], stocks))])
        #expect(model.rows[.state]?.map(\.group) == [.state(.established)])
        #expect(model.rows[.port]?.map(\.group) == [.peerPort(443), .localPort(443), .others])
        #expect(model.rows[.port]?.map(\.counts.total) == [30, 20, 99])
        #expect(model.rows[.container]?.map(\.group) == [.container(7), .unknown])
    }

    @Test func `findings come worst first, and a quiet machine has none`() {
        #expect(TopFindings(TopSamples.quiet).findings.isEmpty)
        let findings = TopFindings(TopSamples.busy()).findings
        #expect(
            findings.map(\.text) == [
                "Accept queue full: :8080", "31 handshakes failed in 10s: 30 refused, 1 timed_out",
                "CLOSE_WAIT leak: it grows and never falls, as a program does not close",
            ]
        )
        #expect(findings.map(\.isAlarm) == [true, false, false])
    }

    @Test func `failed handshakes are an alarm where they are many of all`() {
        let before = reading([.handshakes: 0, .failures(.reset): 0])
        for (finished, isAlarm) in [(UInt64(0), true), (19, true), (20, false)] {
            let after = reading([.handshakes: finished, .failures(.reset): 1])
            let findings = TopFindings(model([(0, before), (1, after)])).findings
            #expect(findings == [.init(isAlarm: isAlarm, text: "1 handshake failed in 1s: reset")])
        }
    }

    @Test func `losses, overflows, drops and retransmits are findings`() {
        let before = reading([.lost(.unseen): 2, .overflows: 10, .drops: 10, .segments: 0, .retransmits(.fast): 0])
        let after = reading([
            .lost(.unseen): 3, .lost(.mapFull): 9, .overflows: 13, .drops: 18, .segments: 500,
            .retransmits(.fast): 20,
        ])
        #expect(
            TopFindings(model([(0, before), (1, after)])).findings.map(\.text) == [
                "tcplens loses events: 3, so rates are too low", "Accept queue full: overflowed 3 times",
                "listeners dropped 5 connections",
                "More connections than can be followed: quantiles are of a part",
                "Loss: 4.0% of segments sent again in 1s",
            ]
        )
        #expect(TopFindings(model([(0, after), (1, after)])).findings.map(\.isAlarm) == [false])
    }
}
