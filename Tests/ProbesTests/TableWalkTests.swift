import CProbes
import Glibc
import Metrics
import Readings
import Testing

@testable import BPF
@testable import Probes
@testable import System

/// The walk over the kernel's tables, held against the kernel's iterator.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct TableWalkTests {
    @Test func `the walk finds what the iterator finds`() throws {
        let agent = try AgentObject(.init(namespace: ObservationScope.own.namespace()))
        let count = try ConnectionCountProbe(agent)
        let sockets = try LocalConnections.make(20)
        defer { LocalConnections.end(sockets) }
        // Other tests open and close sockets at the same time.
        var differences: [String] = []
        for attempt in 0..<200 {
            if attempt > 0 { usleep(50_000) }
            let iterated = ConnectionCounts(of: try count.iterate())
            let (report, findings) = try #require(try count.tryWalk())
            #expect(report.trouble == nil && report.calls > 0)
            let walked = ConnectionCounts(of: findings)
            #expect(walked[.established] >= 40)
            guard let difference = WalkCheck.difference(iterated, walked) else { return }
            differences.append(difference)
        }
        Issue.record("\(differences)")
    }

    @Test func `a kernel whose walk finds something else is not trusted`() {
        var (one, other) = (ConnectionCounts(), ConnectionCounts())
        one.add(10, to: .init(.established, .ipv4))
        other.add(7, to: .init(.established, .ipv4))
        #expect(WalkCheck.difference(one, other, { _ in 2 })?.contains("7 sockets in established") == true)
        #expect(WalkCheck.difference(one, other, { _ in 3 }) == nil)
        // Sockets in TIME_WAIT go without an event.
        one.add(10, to: .init(.timeWait, .ipv4))
        #expect(WalkCheck.difference(one, other, { _ in 3 }) == nil)
    }

    @Test func `trouble is reported by its cause`() {
        func trouble(_ change: (inout walk) -> Void) -> TableWalk.Trouble? {
            var report = walk()
            change(&report)
            return TableWalk.Report(report).trouble
        }
        #expect(trouble { $0.restarts = 9 } == nil)
        #expect(trouble { $0.unhashed = 9 } == nil)
        #expect(trouble { $0.ended_tables = 9 } == nil)
        #expect(trouble { $0.no_table = 1 } == .noTable)
        #expect(trouble { $0.bad_links = 1 } == .unreadChains)
        #expect(trouble { $0.unread_chains = 1 } == .unreadChains)
        #expect(trouble { $0.unread_tables = 1 } == .unreadTables)
        #expect(trouble { $0.strange_sockets = 1 } == .strangeSockets)
    }

    @Test func `no call takes much longer than it may`() throws {
        let agent = try AgentObject(.init(namespace: 0))
        let count = try ConnectionCountProbe(agent)
        _ = try count.pass()
        #expect(count.lastWalk.trouble == nil)
        // A table of 65 536 buckets or more is not walked in one call, even if it is empty.
        #expect(count.lastWalk.calls > 1)
    }

    /// A socket that is older than the programs has no cookie, so its address is the key.
    @Test func `an older socket is followed by its address, and forgotten at its end`() throws {
        let sockets = try LocalConnections.make(1)
        let agent = try AgentObject(.init(namespace: ObservationScope.own.namespace()))
        let probe = try ConnectionProbe(agent)
        let count = try ConnectionCountProbe(agent)
        let slots: Map<UInt32, connection> = try agent.object.map("tcp_slots")
        _ = try count.pass()
        func addressed() throws -> Int {
            try slots.entries().count { $0.value.key >> 63 == 1 && $0.value.state == TCP_ESTABLISHED.rawValue }
        }
        // Unless another program has given cookies to all sockets before.
        guard try addressed() >= 2 else { return }
        let before = TransitionCounts(try probe.transitionTable())
        LocalConnections.end(sockets)
        let after = TransitionCounts(try probe.transitionTable())
        let left = TransitionCounts.Transition(.established, .finWait1, .ipv4)
        #expect(after[left] > before[left])
        _ = try count.pass()
        #expect(try agent.object.losses(of: [])[.unseen, default: 0] == 0)
    }
}
