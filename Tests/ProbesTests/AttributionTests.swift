import CProbes
import Glibc
import Metrics
import Readings
import Testing

@testable import BPF
@testable import Probes
@testable import System

/// What the kernel counts for each cgroup.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct AttributionTests {
    private static func probes(_ scope: ObservationScope, limit: Int = 100) throws -> TCPProbes {
        let attribution = AttributionOptions(limit: limit, asksApplications: false, host: ["test"])
        return try TCPProbes(.init(scope: scope, attribution: attribution), start: Timestamp(unixNanoseconds: 1))
    }

    private static func activity(_ probes: TCPProbes, _ time: Timestamp = Timestamp(unixNanoseconds: 2)) throws
        -> Activity
    {
        try probes.read(at: time).activity.get()
    }

    @Test(arguments: [ObservationScope.own, .node])
    func `all workloads together have the sockets of the machine`(scope: ObservationScope) throws {
        let sockets = try LocalConnections.make(10)
        defer { LocalConnections.end(sockets) }
        let probes = try Self.probes(scope)
        let groups = try ConnectionGroupProbe(.init(scope))
        // Other tests open and close sockets meanwhile, one of them for a second without a pause.
        var differences: [String] = []
        for attempt in 0..<200 {
            if attempt > 0 { usleep(50_000) }
            let activity = try Self.activity(probes)
            let all = try groups.count().all
            var sum = ConnectionCounts()
            for row in activity.connections { sum.add(row.count, to: .init(row.state, row.type)) }
            #expect(activity.workloads.first?.id == .host)
            #expect(activity.connections.allSatisfy { Int($0.workload.rawValue) < activity.workloads.count })
            guard let difference = WalkCheck.difference(all, sum) else { return }
            differences.append(difference)
        }
        Issue.record("\(differences.suffix(20))")
    }

    @Test func `flows are counted once, whoever they are counted for`() throws {
        let probes = try Self.probes(.own)
        _ = try Self.activity(probes)
        let before = try probes.transitionTable()
        LocalConnections.end(try LocalConnections.make(10))
        let activity = try Self.activity(probes)
        let (counts, earlier) = (activity.transitions.after, TransitionCounts(before))
        let opened = TransitionCounts.Transition(.synSent, .established, .ipv4)
        #expect(counts[opened] - earlier[opened] >= 10)
        let handshakes = activity.counters[.handshakes].values.reduce(0) { $0 + $1.reduce(0, +) }
        #expect(handshakes >= 20)
        #expect(activity.durations?.isEmpty == false)
    }

    @Test func `without room for a cgroup, its sockets are in the overflow`() throws {
        // The rows of 64 cgroups are there all the same, but no workload may have one.
        let probes = try Self.probes(.node, limit: 0)
        let sockets = try LocalConnections.make(3)
        defer { LocalConnections.end(sockets) }
        let activity = try Self.activity(probes)
        #expect(activity.workloads.allSatisfy { $0.id == .host || $0.id == .overflow })
    }

    @Test func `rows are only added when none is free`() throws {
        let agent = try AgentObject(.init(namespace: 0, workloads: 500))
        let flows = try FlowRows(agent)
        #expect(try !flows.makeRoom(), "all rows are free")
        let rows: Map<UInt64, cgroup_row> = try agent.object.map("tcp_rows")
        // As many as were offered at first, and one fewer than the rows of all blocks.
        for cgroup in UInt64(1 << 40)..<UInt64(1 << 40) + 69 {
            try rows.setValue(cgroup_row(row: 9, padding: 0), of: cgroup)
        }
        #expect(try flows.makeRoom())
        #expect(try !flows.makeRoom())
    }

    @Test func `the parts of the counters are where Swift looks for them`() {
        #expect(Int(FLOW_COUNTERS) * 8 == MemoryLayout<flow_counters>.size)
        #expect(Int(STOCK_COUNTERS) * 8 == MemoryLayout<StockCounters>.size)
        #expect(Int(FLOW_DURATIONS) + Int(DURATION_COUNT) * Int(FLOW_HISTOGRAM) == Int(FLOW_COUNTERS))
        #expect(Int(FLOW_HISTOGRAM) * 8 == MemoryLayout<histogram>.size)
    }

    @Test func `there are four places for each socket that may be in TIME_WAIT`() {
        #expect(AgentObjectPlan.timeWaitPlaces(limit: 100) == 4096)
        #expect(AgentObjectPlan.timeWaitPlaces(limit: 65_536) == 1 << 18)
        #expect(AgentObjectPlan.timeWaitPlaces(limit: 65_537) == 1 << 19)
        #expect(AgentObjectPlan.timeWaitPlaces(limit: .max) == 1 << 20)
        #expect(AgentObjectPlan.timeWaitPlaces(limit: nil) == 1 << 18)
    }
}
