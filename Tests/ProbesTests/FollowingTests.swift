import CProbes
import Glibc
import Readings
import Testing

@testable import BPF
@testable import Probes
@testable import System

/// What is remembered of connections, and what happens when something goes wrong.
@Suite(.enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct FollowingTests {
    /// What is remembered of a connection that does not exist, as if no program had seen its end.
    ///
    /// - Returns: All that is remembered; this one is in slot 7.
    private func remember(_ state: tcp_state, in agent: AgentObject) throws -> Map<UInt32, connection> {
        let slots: Map<UInt32, connection> = try agent.object.map("tcp_slots")
        let blocks: Map<UInt32, UInt64> = try agent.object.map("tcp_slot_blocks")
        var ended = connection()
        (ended.key, ended.state) = (1 << 62, UInt8(state.rawValue))
        try slots.setValue(ended, of: 7)
        try blocks.setValue(1, of: 0)
        return slots
    }

    @Test(arguments: [true, false])
    func `a connection whose end no program saw is forgotten by the next pass, and counted as unseen`(
        walks: Bool
    ) throws {
        // Elsewhere sockets of other tests end during the pass.
        try OwnNamespace.run {
            // No namespace has this number, so only the test writes to these maps.
            let agent = try AgentObject(.init(namespace: 1))
            let pass = try ConnectionCountProbe(agent)
            if !walks { pass.giveUpWalk() }
            let slots = try remember(TCP_FIN_WAIT1, in: agent)
            _ = try pass.pass()
            #expect(try slots.value(of: 7)?.key == 0)
            #expect(try agent.object.losses(of: agent.programs.pass)[.unseen] == 1)
        }
    }

    @Test func `a connection that one pass has missed is looked for once more before it is forgotten`() throws {
        try OwnNamespace.run {
            let agent = try AgentObject(.init(namespace: 1))
            let pass = try ConnectionCountProbe(agent)
            _ = try pass.pass()
            let slots = try remember(TCP_SYN_SENT, in: agent)
            _ = try pass.forgetter?.run(of: agent.object)
            #expect(try slots.value(of: 7)?.key == 1 << 62)
            #expect(try agent.object.losses(of: agent.programs.pass)[.unseen] == 0)
            _ = try pass.forgetter?.run(of: agent.object)
            #expect(try slots.value(of: 7)?.key == 0)
            #expect(try agent.object.losses(of: agent.programs.pass)[.unseen] == 1)
        }
    }

    @Test func `a connection that finds no free slot is counted, and is not reported as a loss`() throws {
        let agent = try AgentObject(.init(namespace: try ObservationScope.own.namespace(), connectionLimit: 1000))
        let slots: Map<UInt32, connection> = try agent.object.map("tcp_slots")
        let probe = try ConnectionProbe(agent)
        let pass = try ConnectionCountProbe(agent)
        var other = connection()
        other.key = 1 << 62
        // As if it had just changed, so that the pass does not touch it.
        other.changed = .max
        for slot in 0..<UInt32(1000) {
            try slots.setValue(other, of: slot)
        }
        let row = Counter.handshakes.row(HandshakeRole.client, NetworkType.ipv4, HandshakeOutcome.refused)
        // Handshakes of other tests that ended before all slots were taken.
        let before = try #require(try probe.counters()[.handshakes, .host])[row]
        try refuse()
        #expect(try agent.object.losses(of: [])[.mapFull, default: 0] == 0)
        #expect(TransitionCounts(try probe.transitionTable())[.init(.synSent, .closed, .ipv4)] >= 1)
        #expect(try #require(try probe.counters()[.handshakes, .host])[row] > before)
        let connection = try LoopbackConnection(to: "127.0.0.1")
        // Twice, because unfollowed connections are a stock and do not accumulate like losses.
        let found = [try pass.pass(), try pass.pass()]
        #expect(found.allSatisfy { ($0.stocks[.unfollowed, WorkloadIndex(row: HOST_ROW.rawValue)]?.first ?? 0) >= 2 })
        #expect(try agent.object.losses(of: [])[.mapFull, default: 0] == 0)
        withExtendedLifetime(connection) {}
    }

    /// The slots of sockets made at the same time are adjacent, so a socket may well meet many of them in a row.
    @Test func `slots in a row that are taken leave room for others`() throws {
        let slotCount: UInt32 = 1 << 16
        let agent = try AgentObject(
            .init(namespace: try ObservationScope.own.namespace(), connectionLimit: Int(slotCount))
        )
        let slots: Map<UInt32, connection> = try agent.object.map("tcp_slots")
        let passes: Map<UInt32, pass> = try agent.object.map("tcp_pass")
        let probe = try ConnectionProbe(agent)
        var other = connection()
        (other.key, other.changed) = (1 << 62, .max)
        // Each block of an eighth in turn, because cookies begin anywhere.
        let block = slotCount / 8
        for first in stride(from: 0, to: slotCount, by: Int(block)) {
            for slot in first..<first + block { try slots.setValue(other, of: slot) }
            LocalConnections.end(try LocalConnections.make(400))
            for slot in first..<first + block { try slots.setValue(connection(), of: slot) }
        }
        let unplaced = try passes.value(of: 0)?.unplaced
        #expect(unplaced == 0)
        withExtendedLifetime(probe) {}
    }

    /// A connection to a port of loopback without a listener.
    private func refuse() throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(9).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(code == -1 && errno == ECONNREFUSED)
    }

    @Test func `missed events of unknown namespaces are divided like the caught ones`() {
        var interruptions = Interruptions()
        func told(_ missed: UInt64, _ nested: UInt64, _ observed: UInt64) -> [UInt64] {
            interruptions.note(missed: missed, nested: nested, observed: observed)
            return [interruptions.missed, interruptions.own]
        }
        #expect(told(0, 0, 0) == [0, 0])
        #expect(told(100, 90, 0) == [10, 0], "nothing happens here")
        #expect(told(100, 95, 0) == [10, 0], "no number falls")
        #expect(told(220, 200, 50) == [20, 5])
        #expect(told(221, 200, 50) == [21, 6])
        #expect(told(430, 400, 10) == [30, 6])
        #expect(told(1030, 1000, 2000) == [30, 30], "read while it was counted")
        #expect(told(.max, 1, 1) == [.max - 1, .max - 1])
    }
}
