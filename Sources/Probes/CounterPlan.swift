internal import Readings

/// Programs of the agent's object that do nothing but count into one per-CPU array.
///
/// To count something new is an entry in ``all``.
struct CounterPlan {
    /// What is counted.
    let counter: Counter
    /// The per-CPU array.
    let array: String
    /// Where the rows of the counter's table stand in the array.
    let layout: KernelLayout
    /// The programs, loaded all or none.
    let programs: [String]
    /// The tracepoints that they attach to, which some kernels lack.
    let tracepoints: [String]
    /// What is lost where a tracepoint is missing.
    let lost: String

    /// Everything that is counted so.
    static let all = [
        CounterPlan(
            counter: .retransmits,
            array: "tcp_retransmits",
            layout: .retransmits,
            programs: ["on_retransmit", "on_retransmit_synack"],
            tracepoints: ["tcp_retransmit_skb", "tcp_retransmit_synack"],
            lost: "no retransmits"
        ),
        CounterPlan(
            counter: .resets,
            array: "tcp_resets",
            layout: .resets,
            programs: ["on_send_reset", "on_receive_reset"],
            tracepoints: ["tcp_send_reset", "tcp_receive_reset"],
            lost: "no resets"
        ),
    ]

    /// The programs that do it on `kernel`.
    func programs(on kernel: KernelFeatures) -> [String] {
        // The event has one argument less there.
        programs.map { $0 == "on_retransmit" && !kernel.retransmitTellsErrors ? "on_retransmit_sent" : $0 }
    }
}
