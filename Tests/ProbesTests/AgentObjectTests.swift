import CProbes
import Glibc
import Testing

@testable import BPF
@testable import Probes
@testable import System

/// How the kernel loads the agent's object, or refuses it.
@Suite(.enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct AgentObjectTests {
    @Test func `a failure for another reason than a missing feature is an error, and no smaller set is loaded`() throws
    {
        // No kernel has memory for so many slots. This is not a fault of a program.
        #expect(throws: BPFError.self) { try AgentObject(.init(namespace: 1, connectionLimit: .max)) }
    }

    @Test func `a program that the verifier refuses is an error with the verifier's message`() throws {
        let object = try Object(.agent)
        try object.choose(["on_receive"])
        // The map that the program reads is missing.
        try object.leaveOut("tcp_last_reads")
        do throws(BPFError) {
            _ = try object.load()
            Issue.record("the program was loaded without its map")
        } catch {
            let reason = ProbeError(error).reason
            guard case .refused(program: "on_receive", _) = reason else {
                Issue.record("\(reason)")
                return
            }
        }
    }

    @Test func `only what was chosen is loaded, and no map that only the rest needs`() throws {
        let agent = try AgentObject(.init(namespace: 1))
        #expect(agent.programs.responseTime.isEmpty)
        #expect(throws: BPFError.self) { try agent.object.statistics(of: "on_send") }
        #expect(throws: BPFError.self) { _ = try agent.object.counterHash("tcp_responses", key: response_key.self) }
        for program in agent.programs.all {
            #expect(try agent.object.statistics(of: program).runs >= 0)
        }
    }

    /// The pass walks a second time when a slot was missed for the first time.
    @Test func `a round-trip time is recorded once, however often the pass walks`() throws {
        let agent = try AgentObject(.init(namespace: 1, rttPeriod: .seconds(1 << 30)))
        let slots: Map<UInt32, connection> = try agent.object.map("tcp_slots")
        let blocks: Map<UInt32, UInt64> = try agent.object.map("tcp_slot_blocks")
        let pass = try ConnectionCountProbe(agent)
        let count = 60
        let sockets = try LocalConnections.make(count)
        defer { LocalConnections.end(sockets) }
        _ = try pass.pass()
        let before = try RoundTrips.recorded(agent)
        for socket in sockets { #expect(unsafe send(socket, "x", 1, 0) == 1) }
        var missed = connection()
        missed.key = 1 << 62
        try slots.setValue(missed, of: 7)
        try blocks.setValue(1, of: 0)
        _ = try pass.pass()
        #expect(try slots.value(of: 7)?.key == 0, "the pass has walked twice")
        let recorded = try RoundTrips.recorded(agent) - before
        // Connections of other tests may be included, but fewer.
        #expect((2 * count..<3 * count).contains(Int(recorded)), "\(recorded) of \(2 * count) sockets")
    }
}
