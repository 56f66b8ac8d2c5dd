import CProbes
import Glibc
import Readings
import Testing

@testable import BPF
@testable import Probes
@testable import System

/// How many connections are followed, and what happens to the rest.
@Suite(.serialized) struct ConnectionLimitTests {
    private static let mebibyte: UInt64 = 1 << 20

    @Test(
        arguments: [
            // A machine with 64 GB, one with 64 MB, and one with an unbelievable amount.
            (64_304 * mebibyte, nil, 1_053_556), (64 * mebibyte, nil, 1 << 14), (UInt64.max, nil, 1 << 22),
            // Cgroups of which an eighth is used, less than the fewest slots, and no memory at all.
            (64_304 * mebibyte, 96 * mebibyte, 196_608), (64_304 * mebibyte, mebibyte, 1 << 14),
            (64_304 * mebibyte, 0, 1 << 14), (64_304 * mebibyte, 1 << 40, 1_053_556),
        ] as [(UInt64, UInt64?, UInt32)]
    )
    func `the number of slots follows the machine and the cgroup`(memory: UInt64, allowance: UInt64?, slots: UInt32) {
        #expect(ConnectionLimit.chosen(memory: memory, allowance: allowance) == slots)
    }

    @Test func `this machine has slots for its memory`() {
        #expect(ConnectionLimit.chosen() >= ConnectionLimit.fewest)
    }

    @Test(arguments: [(nil, true), (1000, true), (1 << 22, true), (999, false), (1 << 22 + 1, false), (-1, false)])
    func `only limits that can be set are loaded for others`(limit: Int?, isExpected: Bool) {
        #expect(AgentObjectOptions(namespace: 1, connectionLimit: limit).isExpected == isExpected)
    }
}

/// A table with few slots, and slots that nobody uses.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct SlotTableTests {
    /// An agent's object that observes this namespace, with its programs attached.
    private struct Observed {
        let agent: AgentObject
        let probe: ConnectionProbe
        let count: ConnectionCountProbe
        let slots: Map<UInt32, connection>

        init(limit: Int, rttPeriod: Duration = .seconds(60)) throws {
            agent = try AgentObject(
                .init(namespace: OwnNamespace.number, rttPeriod: rttPeriod, connectionLimit: limit)
            )
            probe = try ConnectionProbe(agent)
            count = try ConnectionCountProbe(agent)
            slots = try agent.object.map("tcp_slots")
        }

        func unfollowed() throws -> UInt64 {
            try count.pass().stocks[.unfollowed, WorkloadIndex(row: HOST_ROW.rawValue)]?.first ?? 0
        }

        func taken() throws -> Int { try slots.entries().count { $0.value.key != 0 } }

        func loss(_ reason: LossReason) throws -> UInt64 { try agent.object.losses(of: [])[reason, default: 0] }
    }

    @Test func `a table that is full has room again when connections end`() throws {
        try OwnNamespace.run {
            let observed = try Observed(limit: 1000)
            let sockets = try LocalConnections.make(1500)
            let found = [try observed.unfollowed(), try observed.unfollowed(), try observed.unfollowed()]
            // Sockets of other tests may be there, too.
            #expect(found.allSatisfy { (2000..<2450).contains($0) }, "\(found)")
            // A few may be free that no socket may be in.
            #expect((950...1000).contains(try observed.taken()))
            #expect(try observed.loss(.mapFull) == 0)
            LocalConnections.end(sockets)
            let more = try LocalConnections.make(100)
            #expect(try observed.unfollowed() == 0)
            #expect((200..<600).contains(try observed.taken()))
            LocalConnections.end(more)
        }
    }

    @Test func `a socket beyond the first part of the table is found in each of its places`() throws {
        try OwnNamespace.run {
            let observed = try Observed(limit: 1000)
            // 256 slots are near, and more than half of the others are taken.
            let sockets = try LocalConnections.make(330)
            #expect(try observed.unfollowed() == 0)
            let before = TransitionCounts(try observed.probe.transitionTable())
            LocalConnections.end(sockets)
            let after = TransitionCounts(try observed.probe.transitionTable())
            let left = TransitionCounts.Transition(.established, .finWait1, .ipv4)
            #expect(after[left] - before[left] >= 330)
            _ = try observed.count.pass()
            // None is left whose end was not seen, and none counts as displaced.
            #expect(try observed.taken() < 100)
            let displaced = try observed.slots.entries().reduce(0) { $0 + $1.value.displaced & 0xFFFF }
            #expect(displaced < 100)
            #expect(try observed.loss(.unseen) == 0)
        }
    }

    @Test func `older sockets are all followed after one pass`() throws {
        try OwnNamespace.run {
            let sockets = try LocalConnections.make(4000)
            defer { LocalConnections.end(sockets) }
            let observed = try Observed(limit: 30_000)
            _ = try observed.count.pass()
            let entries = try observed.slots.entries()
            #expect(entries.count { $0.value.key != 0 && $0.value.state == TCP_ESTABLISHED.rawValue } >= 8000)
            #expect(try observed.unfollowed() == 0)
            #expect(try observed.loss(.unseen) == 0)
        }
    }

    /// Slots that only a test writes to, because no namespace has the number 1, and their pass.
    private struct UnusedSlots {
        let agent: AgentObject
        let slots: Map<UInt32, connection>
        let blocks: Map<UInt32, UInt64>
        let passes: Map<UInt32, pass>
        let count: ConnectionCountProbe

        init() throws {
            agent = try AgentObject(.init(namespace: 1, connectionLimit: 30_000))
            slots = try agent.object.map("tcp_slots")
            blocks = try agent.object.map("tcp_slot_blocks")
            passes = try agent.object.map("tcp_pass")
            count = try ConnectionCountProbe(agent)
        }
    }

    @Test func `the pass looks at marked blocks only, and unmarks those without a taken slot`() throws {
        try OwnNamespace.run {
            let unused = try UnusedSlots()
            let (agent, slots, blocks) = (unused.agent, unused.slots, unused.blocks)
            let count = unused.count
            var ended = connection()
            (ended.key, ended.state) = (1 << 62, UInt8(TCP_FIN_WAIT1.rawValue))
            // The last slot of a block in the middle, and the last slot of all.
            for slot in [64 * 100 - 1, 29_999] as [UInt32] { try slots.setValue(ended, of: slot) }
            _ = try count.pass()
            #expect(try slots.value(of: 64 * 100 - 1)?.key == 1 << 62)
            #expect(try slots.value(of: 29_999)?.key == 1 << 62)
            for word in 0..<UInt32(59) { try blocks.setValue(.max, of: word) }
            _ = try count.pass()
            #expect(try slots.value(of: 64 * 100 - 1)?.key == 0)
            #expect(try slots.value(of: 29_999)?.key == 0)
            #expect(try blocks.entries().allSatisfy { $0.value == 0 })
            #expect(try agent.object.losses(of: [])[.unseen] == 2)
        }
    }

    @Test func `slots are freed in several calls if the time of one is over`() throws {
        try OwnNamespace.run {
            let unused = try UnusedSlots()
            let (agent, slots, blocks) = (unused.agent, unused.slots, unused.blocks)
            let (passes, count) = (unused.passes, unused.count)
            let forgetter = try #require(count.forgetter)
            _ = try count.pass()
            var ended = connection()
            (ended.key, ended.state) = (1 << 62, UInt8(TCP_FIN_WAIT1.rawValue))
            // In the first and in the last word of blocks.
            for slot in [7, 29_999] as [UInt32] {
                try slots.setValue(ended, of: slot)
                try blocks.setValue(.max, of: slot / UInt32(SLOTS_PER_WORD))
            }
            #expect(try forgetter.run(of: agent.object, budget: 1).calls > 2)
            #expect(try passes.value(of: 0)?.taken == 2)
            #expect(try forgetter.run(of: agent.object, budget: 1).calls > 2)
            for slot in [7, 29_999] as [UInt32] { #expect(try slots.value(of: slot)?.key == 0) }
            #expect(try blocks.entries().allSatisfy { $0.value == 0 })
        }
    }

    @Test func `a slot that a walk took for a socket that ended is freed, and nothing was missed`() throws {
        try OwnNamespace.run {
            let unused = try UnusedSlots()
            let (agent, slots, blocks) = (unused.agent, unused.slots, unused.blocks)
            let (passes, count) = (unused.passes, unused.count)
            _ = try count.pass()
            var taken = connection()
            let session = try #require(try passes.value(of: 0)?.session)
            (taken.key, taken.marks) = (1 << 62, UInt8(EXPECTED.rawValue))
            if session % 2 == 1 { taken.marks |= UInt8(EXPECTED_BY_ODD.rawValue) }
            try slots.setValue(taken, of: 7)
            try blocks.setValue(1, of: 0)
            _ = try count.pass()
            _ = try count.pass()
            #expect(try slots.value(of: 7)?.key == 0)
            #expect(try agent.object.losses(of: [])[.unseen, default: 0] == 0)
        }
    }

    @Test func `round-trip times of connections without a slot are observed once in each interval with data`() throws {
        try OwnNamespace.run {
            let observed = try Observed(limit: 1000, rttPeriod: .seconds(2))
            let sockets = try LocalConnections.make(1500)
            defer { LocalConnections.end(sockets) }
            let before = try #require(try waitForInterval(observed))
            for socket in sockets { #expect(unsafe send(socket, "x", 1, 0) == 1) }
            let sampled = try #require(try waitForInterval(observed)) - before
            // Those with a slot carried data, too.
            #expect((2900..<3600).contains(sampled), "\(sampled) of 3000")
            _ = try waitForInterval(observed)
            let idle = try #require(try waitForInterval(observed))
            #expect(try #require(try waitForInterval(observed)) - idle < 300)
        }
    }

    /// Makes passes until the next interval has begun; returns how many round-trip times have been recorded so far.
    private func waitForInterval(_ observed: Observed) throws -> UInt64? {
        let passes: Map<UInt32, pass> = try observed.agent.object.map("tcp_pass")
        _ = try observed.count.pass()
        let before = try #require(try passes.value(of: 0)?.sampled)
        for _ in 0..<100 {
            usleep(50_000)
            _ = try observed.count.pass()
            if try passes.value(of: 0)?.sampled != before { return try RoundTrips.recorded(observed.agent) }
        }
        return nil
    }
}

/// Round-trip times that a pass has recorded.
enum RoundTrips {
    /// How many there are.
    static func recorded(_ agent: AgentObject) throws -> UInt64 {
        let rows = try agent.object.perCPUArray("tcp_durations").rows()
        return [IPV4, IPV6].reduce(0) { total, type in
            let row = rows[Int(rtt_index(IN_PASS.rawValue, type.rawValue))]
            let groupSize = Int(HISTOGRAM_GROUP_BUCKETS) + 1
            // The last value of each group is a sum.
            return row.indices.reduce(total) { $1 % groupSize == groupSize - 1 ? $0 : $0 + row[$1] }
        }
    }
}
