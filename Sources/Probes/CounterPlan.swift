internal import Readings

/// Programs of the agent's object that only count into one per-CPU array.
///
/// A new counter needs an entry in ``all``.
struct CounterPlan {
    /// What is counted.
    let counter: Counter
    /// The per-CPU array.
    let array: String
    /// Where each row of the counter's table is in the array.
    let layout: KernelLayout
    /// The programs; either all are loaded or none.
    let programs: [String]
    /// The tracepoints that they attach to, which some kernels lack.
    let tracepoints: [String]
    /// What is missing without the tracepoints.
    let lost: String

    /// All such counters.
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

    /// The programs of this counter on `kernel`.
    func programs(on kernel: KernelFeatures) -> [String] {
        // On older kernels the event has one argument less.
        programs.map { $0 == "on_retransmit" && !kernel.retransmitTellsErrors ? "on_retransmit_sent" : $0 }
    }
}
