internal import BPF

extension CounterProbe.Plan {
    /// Segments that were sent again, by programs on `tcp_retransmit_skb` and
    /// `tcp_retransmit_synack`.
    static func retransmits(_ features: KernelFeatures) -> Self {
        let (used, unused) =
            features.retransmitTellsErrors
            ? ("on_retransmit", "on_retransmit_sent") : ("on_retransmit_sent", "on_retransmit")
        return Self(
            embedded: .retransmits,
            programs: [used, "on_retransmit_synack"],
            unused: [unused],
            array: "tcp_retransmits",
            counter: .retransmits,
            layout: .retransmits,
            shared: ["retransmitted_handshakes"]
        )
    }
}
