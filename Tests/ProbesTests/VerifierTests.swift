import Glibc
import Testing

@testable import BPF
@testable import Probes

/// What the verifier of this kernel has to walk through; a program that doubles does so on purpose.
@Suite(.enabled(if: geteuid() == 0, "loading a BPF program needs root")) struct VerifierTests {
    /// Instructions walked through when this was recorded, on Linux 6.18 with clang 21.
    private static let recorded: KeyValuePairs<EmbeddedObject, KeyValuePairs<String, UInt32>> = [
        .connectionCount: ["count_and_sample": 4_839, "count_connections": 700, "forget_ended": 274],
        .connectionGroups: ["count_groups": 2_149],
        .connections: ["follow_connection": 23_879, "count_transition": 95],
        .connectionsInterpreted: ["follow_connection": 15_920, "count_transition": 95],
        .resets: ["on_send_reset": 155, "on_receive_reset": 86],
        .responseTime: ["on_receive": 549, "on_take": 285, "on_send": 350],
        .responseTimeInterpreted: ["on_receive": 549, "on_take": 285, "on_send": 350],
        .retransmits: ["on_retransmit": 169, "on_retransmit_synack": 203],
        .retransmitsInterpreted: ["on_retransmit": 169, "on_retransmit_synack": 203],
        .trace: [
            "trace_change": 7_477, "trace_nested_change": 7_384, "trace_change_alone": 6_021,
            "trace_retransmitted_synack": 205, "find_local_port": 71, "read_clock": 12,
        ],
        .traceInterpreted: [
            "trace_change": 7_477, "trace_nested_change": 7_384, "trace_change_alone": 6_021,
            "trace_retransmitted_synack": 205, "find_local_port": 71, "read_clock": 12,
        ],
    ]

    @Test func `every object is recorded`() {
        #expect(Set(Self.recorded.map(\.key)) == Set(EmbeddedObject.allCases))
    }

    @Test func `no program takes twice what was recorded`() throws {
        let features = try KernelFeatures(tracepoints: [])
        for (embedded, programs) in Self.recorded {
            let object = try Object(embedded)
            if [.retransmits, .retransmitsInterpreted].contains(embedded) {
                try object.setAutoload(features.retransmitTellsErrors ? "on_retransmit_sent" : "on_retransmit", false)
            }
            if embedded == .connectionGroups {
                for option in ["by_local_port", "by_peer_port", "by_container", "with_listeners"] {
                    try object.setConstant(option, to: true)
                }
            }
            try object.load()
            for (program, before) in programs where program != "on_retransmit" || features.retransmitTellsErrors {
                let now = try object.statistics(of: program).verifiedInstructions
                // Kernels before 5.16 do not tell.
                #expect(now <= 2 * before, "\(program): \(before) before, \(now) now")
                #expect(now == 0 || now >= before / 2, "\(program) has shrunk: record \(now) instead of \(before)")
            }
        }
    }
}
