import Metrics
import Observations
import Readings
import Simulation
import Testing

@Suite struct SimulationTests {
    private let start = Timestamp(unixNanoseconds: 1_000_000_000)

    private var options: SimulatedHost.Options {
        var options = SimulatedHost.Options()
        options.rate = 20
        return options
    }

    private func readings(_ faults: Set<Fault>, seed: UInt64 = 1, count: Int64 = 20) throws -> [Activity] {
        var options = options
        options.seed = seed
        var host = SimulatedHost(options, start: start, faults: faults)
        return try (1...count).map { try host.read(at: start.advanced(by: $0 * 5_000_000_000)).activity.get() }
    }

    private func last(_ faults: Set<Fault>, seed: UInt64 = 1) throws -> Activity {
        try #require(try readings(faults, seed: seed).last)
    }

    /// Whether two readings are equal.
    ///
    /// They are too long to be printed.
    private func isSame(_ one: Activity, _ other: Activity) -> Bool {
        func durations(_ activity: Activity) -> [Distribution]? { activity.durations?.map(\.value) }
        return one.connections == other.connections && one.listeners == other.listeners
            && one.stocks == other.stocks && one.counters == other.counters
            && one.namespaceCounters == other.namespaceCounters && durations(one) == durations(other)
    }

    @Test func `the same seed is the same host, another one is another`() throws {
        let faults = Set(Fault.allCases)
        let first = try readings(faults, count: 5)
        #expect(try zip(first, readings(faults, count: 5)).allSatisfy(isSame))
        #expect(!isSame(try #require(first.last), try #require(readings(faults, seed: 2, count: 5).last)))
    }

    @Test func `however often it is read, the same happens`() throws {
        var host = SimulatedHost(options, start: start)
        let once = try host.read(at: start.advanced(by: 100_000_000_000)).activity.get()
        let often = try last([])
        #expect(isSame(once, often))
    }

    private func drifts(_ faults: Set<Fault>) throws -> Set<Number> {
        let observation = Observation(of: SimulatedHost(options, start: start, faults: faults))
        let (machine, upkeep) = (MachineMetrics(of: observation), UpkeepMetrics(of: observation))
        var values: Set<Number> = []
        for round in 1...20 {
            let time = start.advanced(by: Int64(round) * 5_000_000_000)
            _ = try machine.metrics(at: time)
            let metric = try #require(try upkeep.metrics(at: time).first { $0.name == "tcplens.stock.drift" })
            guard case .gauge(let points) = metric.data else { continue }
            values.formUnion(points.map(\.value))
        }
        return values
    }

    @Test func `stocks are what came in less what left, unless events are lost`() throws {
        #expect(try drifts([]) == [.int(0)])
        #expect(try drifts(Set(Fault.allCases).subtracting([.lostEvents])) == [.int(0)])
        #expect(try drifts([.lostEvents]).count > 1)
    }

    @Test func `TIME_WAIT piles up`() throws {
        func count(_ activity: Activity) -> UInt64 {
            activity.connections.reduce(0) { $0 + ($1.state == .timeWait ? $1.count : 0) }
        }
        // All connections end there, not only half of them.
        #expect(try 2 * count(last([.timeWaitPileUp])) > 3 * count(last([])))
    }

    @Test func `an accept queue is full, and its listener drops`() throws {
        let full = try last([.fullAcceptQueue])
        #expect(full.listeners.contains { $0.acceptFull == 1 && $0.acceptUsage > $0.acceptLimit })
        #expect(full.listenerDrops?.contains { $0.value > 100 } == true)
        #expect(try last([]).listeners.allSatisfy { $0.acceptUsage == 0 })
    }

    @Test func `segments are sent again`() throws {
        func count(_ activity: Activity) -> UInt64 {
            activity.counters[.retransmits, .host]?.reduce(0, +) ?? 0
        }
        #expect(try count(last([.retransmitStorm])) > 10 * count(last([])))
    }
}
