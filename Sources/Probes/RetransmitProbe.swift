internal import BPF

extension CounterProbe.Plan {
    /// Segments that were sent again, by programs on `tcp_retransmit_skb` and
    /// `tcp_retransmit_synack`.
    static func retransmits(_ programs: AgentPrograms) -> Self {
        Self(
            programs: programs.retransmits,
            array: "tcp_retransmits",
            counter: .retransmits,
            layout: .retransmits
        )
    }
}
