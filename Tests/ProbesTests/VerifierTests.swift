import Glibc
import Testing

@testable import BPF
@testable import Probes

/// How many instructions this kernel's verifier processes.
///
/// If a program needs twice as many, that must be intended.
@Suite(.enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct VerifierTests {
    /// The instructions that were processed on Linux 6.18 with clang 21.
    private static let recorded: KeyValuePairs<EmbeddedObject, KeyValuePairs<String, UInt32>> = [
        .agent: [
            "follow_connection": 31_859, "count_and_sample": 15_678, "forget_ended": 488, "walk_and_sample": 31_610,
            "on_retransmit": 153, "on_retransmit_synack": 240, "on_send_reset": 148, "on_receive_reset": 103,
            "on_receive": 1_844, "on_take": 1_859, "on_send": 298, "count_transition": 124, "count_connections": 2_635,
        ],
        .agentInterpreted: [
            "follow_connection": 31_431, "count_and_sample": 15_746, "forget_ended": 488, "walk_and_sample": 26_336,
            "on_retransmit": 151, "on_retransmit_synack": 232, "on_send_reset": 148, "on_receive_reset": 103,
            "on_receive": 1_711, "on_take": 1_722, "on_send": 298, "count_transition": 124, "count_connections": 2_704,
        ],
        .groups: ["count_groups": 2_846, "walk_groups": 9_536],
        .groupsInterpreted: ["count_groups": 2_846, "walk_groups": 9_536],
        .trace: [
            "trace_change": 18_041, "trace_nested_change": 18_154, "trace_change_alone": 6_180,
            "trace_retransmitted_synack": 211, "find_local_port": 36, "read_clock": 12,
        ],
        .traceInterpreted: [
            "trace_change": 17_580, "trace_nested_change": 17_578, "trace_change_alone": 4_982,
            "trace_retransmitted_synack": 203, "find_local_port": 83, "read_clock": 12,
        ],
    ]

    @Test func `every program of every object is recorded`() throws {
        #expect(Set(Self.recorded.map(\.key)) == Set(EmbeddedObject.allCases))
        for (embedded, programs) in Self.recorded {
            // One of the two is used instead of the other on older kernels.
            let found = Set(try Object(embedded).programs).subtracting(["on_retransmit_sent"])
            #expect(found == Set(programs.map(\.key)), "\(embedded)")
        }
    }

    @Test func `no program takes twice what was recorded`() throws {
        let kernel = try KernelFeatures()
        for (embedded, programs) in Self.recorded {
            let object = try Object(embedded)
            let programs = programs.filter { $0.key != "on_retransmit" || kernel.retransmitTellsErrors }
            try object.choose(programs.map(\.key))
            if embedded == .groups || embedded == .groupsInterpreted {
                for option in ["by_local_port", "by_peer_port", "by_container", "by_namespace", "with_listeners"] {
                    try object.setConstant(option, to: true)
                }
            }
            let loaded = try object.load()
            for (program, before) in programs {
                let now = try loaded.statistics(of: program).verifiedInstructions
                // Kernels before 5.16 do not report it.
                #expect(now <= 2 * before, "\(program): \(before) before, \(now) now")
                #expect(now == 0 || now >= before / 2, "\(program) has shrunk: record \(now) instead of \(before)")
            }
        }
    }
}
