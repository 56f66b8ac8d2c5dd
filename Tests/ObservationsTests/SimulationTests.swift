import Metrics
import Observations
import Readings
import Simulation
import Testing

@Suite struct SimulationTests {
    private let start = Timestamp(unixNanoseconds: 1_000_000_000)

    private func readings(_ faults: Set<Fault>, seed: UInt64 = 1, count: Int64 = 20) throws -> [Activity] {
        var options = SimulatedHost.Options()
        options.seed = seed
        var host = SimulatedHost(options, start: start, faults: faults)
        return try (1...count).map { try host.read(at: start.advanced(by: $0 * 5_000_000_000)).activity.get() }
    }

    private func last(_ faults: Set<Fault>, seed: UInt64 = 1) throws -> Activity {
        try #require(try readings(faults, seed: seed).last)
    }

    @Test func `the same seed is the same host, another one is another`() throws {
        let faults = Set(Fault.allCases)
        let hosts = try [readings(faults), readings(faults), readings(faults, seed: 2)].map { $0.map { "\($0)" } }
        #expect(hosts[0] == hosts[1])
        #expect(hosts[0] != hosts[2])
    }

    @Test func `however often it is read, the same happens`() throws {
        var host = SimulatedHost(start: start)
        let once = try host.read(at: start.advanced(by: 100_000_000_000)).activity.get()
        #expect("\(once)" == "\(try last([]))")
    }

    private func drifts(_ faults: Set<Fault>) throws -> Set<Number> {
        let observation = Observation(of: SimulatedHost(start: start, faults: faults))
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

    @Test func `what came in less what left is what there is, unless events are lost`() throws {
        #expect(try drifts([]) == [.int(0)])
        #expect(try drifts(Set(Fault.allCases).subtracting([.lostEvents])) == [.int(0)])
        #expect(try drifts([.lostEvents]).count > 1)
    }

    @Test func `TIME_WAIT piles up`() throws {
        func count(_ activity: Activity) -> UInt64 {
            activity.connections.reduce(0) { $0 + ($1.state == .timeWait ? $1.count : 0) }
        }
        #expect(try count(last([.timeWaitPileUp])) > 2 * count(last([])))
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
