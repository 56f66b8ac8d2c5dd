import Testing

@testable import BPF
@testable import Probes

/// Which programs are loaded on which kernel, and the limitations without the others.
@Suite struct AgentProgramsTests {
    private static let everything = ProgramFeatures(atomics: true, kernelFunctions: true, kernelMemory: true)

    @Test func `a kernel with everything runs everything that is asked for`() {
        let programs = AgentPrograms(for: KernelFeatures(programs: Self.everything), responseTime: true)
        #expect(
            programs.all == [
                "count_and_sample", "forget_ended", "walk_and_sample", "follow_connection", "on_retransmit",
                "on_retransmit_synack",
                "on_send_reset", "on_receive_reset", "on_receive", "on_take", "on_send",
            ]
        )
        #expect(programs.follows && programs.limitations.isEmpty)
        #expect(AgentPrograms(for: KernelFeatures(programs: Self.everything), responseTime: false).responseTime.isEmpty)
    }

    @Test func `each program of the object runs on some kernel`() throws {
        var features = Self.everything
        features.atomics = false
        let newest = AgentPrograms(for: KernelFeatures(programs: Self.everything), responseTime: true)
        let oldest = AgentPrograms(
            for: KernelFeatures(programs: features, retransmitTellsErrors: false),
            responseTime: true
        )
        let programs = Set(try Object(.agent).programs)
        #expect(Set(newest.all + oldest.all) == programs)
    }

    @Test func `without atomic instructions nothing is remembered`() {
        var features = Self.everything
        features.atomics = false
        let kernel = KernelFeatures(programs: features, retransmitTellsErrors: false)
        let programs = AgentPrograms(for: kernel, responseTime: true)
        #expect(
            programs.all == [
                "count_connections", "count_transition", "on_retransmit_sent", "on_retransmit_synack", "on_send_reset",
                "on_receive_reset",
            ]
        )
        let expected: [Limitation] = [
            .noAtomics("no durations, handshakes, RTT and bytes"), .noAtomics("no response times"),
        ]
        #expect(programs.limitations == expected)
    }

    @Test func `without loops in programs, sockets are counted by the iterator`() {
        var features = Self.everything
        features.loops = false
        let programs = AgentPrograms(for: KernelFeatures(programs: features), responseTime: false)
        #expect(programs.walk == nil && programs.pass == ["count_and_sample", "forget_ended"])
        #expect(programs.limitations.map(\.cause) == [.version])
    }

    @Test func `each limitation has its reason`() {
        var features = Self.everything
        features.kernelFunctions = false
        var kernel = KernelFeatures(programs: features)
        let walk = Limitation.interpreted("counting takes longer")
        let interpreted: [Limitation] = [walk, .interpreted("no response times over MPTCP")]
        #expect(AgentPrograms(for: kernel, responseTime: true).limitations == interpreted)
        kernel.missingTracepoints = ["tcp_retransmit_synack", "tcp_receive_reset", "sock_recv_length"]
        let programs = AgentPrograms(for: kernel, responseTime: true)
        #expect(programs.all == ["count_and_sample", "forget_ended", "follow_connection"])
        let expected: [Limitation] = [
            walk,
            .noTracepoint("tcp_retransmit_synack", "no retransmits"),
            .noTracepoint("tcp_receive_reset", "no resets"),
            .noTracepoint("sock_recv_length", "no response times"),
        ]
        #expect(programs.limitations == expected)
    }
}
