internal import BPF

extension CounterProbe.Plan {
    /// Resets sent and received, by programs on `tcp_send_reset` and `tcp_receive_reset`.
    static let resets = Self(
        embedded: .resets,
        programs: ["on_send_reset", "on_receive_reset"],
        unused: [],
        array: "tcp_resets",
        counter: .resets,
        layout: .resets,
        shared: []
    )
}
