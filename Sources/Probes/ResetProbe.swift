internal import BPF

extension CounterProbe.Plan {
    /// Resets sent and received, by programs on `tcp_send_reset` and `tcp_receive_reset`.
    static func resets(_ programs: AgentPrograms) -> Self {
        Self(programs: programs.resets, array: "tcp_resets", counter: .resets, layout: .resets)
    }
}
