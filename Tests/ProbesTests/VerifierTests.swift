import Glibc
import Testing

@testable import BPF
@testable import Probes

/// How many instructions this kernel's verifier processes.
///
/// If a program needs twice as many, that must be intended.
@Suite(.enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct VerifierTests {
    /// The instructions that were processed on Linux 6.18 with clang 21.
    ///
    /// Each object is loaded with calls of the kernel's functions, and without, as a kernel that interprets needs it.
    private static let recorded: [(EmbeddedObject, Bool, KeyValuePairs<String, UInt32>)] = [
        (
            .agent, true,
            [
                "follow_connection": 30_299, "count_and_sample": 10_972, "forget_ended": 298,
                "walk_and_sample": 29_721, "on_retransmit": 156, "on_retransmit_synack": 305, "on_send_reset": 162,
                "on_receive_reset": 113, "on_receive": 643, "on_take": 686, "on_send": 304, "count_transition": 153,
                "count_connections": 2_707,
            ]
        ),
        (
            .agent, false,
            [
                "follow_connection": 29_526, "count_and_sample": 10_734, "forget_ended": 298,
                "walk_and_sample": 28_973, "on_retransmit": 149, "on_retransmit_synack": 293, "on_send_reset": 158,
                "on_receive_reset": 98, "on_receive": 357, "on_take": 389, "on_send": 296, "count_transition": 149,
                "count_connections": 2_863,
            ]
        ),
        (.groups, true, ["count_groups": 2_846, "walk_groups": 9_536]),
        (
            .trace, true,
            [
                "trace_change": 19_050, "trace_nested_change": 18_498, "trace_change_alone": 6_339,
                "trace_retransmitted_synack": 231, "find_local_port": 35, "read_clock": 12,
            ]
        ),
        (
            .trace, false,
            [
                "trace_change": 18_997, "trace_nested_change": 18_462, "trace_change_alone": 6_342,
                "trace_retransmitted_synack": 212, "find_local_port": 68, "read_clock": 12,
            ]
        ),
    ]

    @Test func `every program of every object is recorded`() throws {
        #expect(Set(Self.recorded.map(\.0)) == Set(EmbeddedObject.allCases))
        for (embedded, _, programs) in Self.recorded {
            // One of the two is used instead of the other on older kernels.
            let found = Set(try Object(embedded).programs).subtracting(["on_retransmit_sent"])
            #expect(found == Set(programs.map(\.key)), "\(embedded)")
        }
    }

    @Test func `no program takes twice what was recorded`() throws {
        let kernel = try KernelFeatures()
        for (embedded, callsFunctions, programs) in Self.recorded {
            let object = try Object(embedded, callsFunctions: callsFunctions)
            let programs = programs.filter { $0.key != "on_retransmit" || kernel.retransmitTellsErrors }
            try object.choose(programs.map(\.key))
            if embedded == .groups {
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
