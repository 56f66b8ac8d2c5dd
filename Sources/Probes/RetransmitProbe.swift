internal import BPF
internal import CProbes
internal import Metrics

extension CounterProbe.Plan {
    /// `tcplens.retransmits`: segments that were sent again, by programs on `tcp_retransmit_skb` and
    /// `tcp_retransmit_synack`.
    static func retransmits(_ programs: AgentPrograms) -> Self {
        Self(
            programs: programs.retransmits,
            array: "tcp_retransmits",
            metric: .retransmits,
            series: RetransmitType.allCases.flatMap { kind in
                NetworkType.allCases.map { type in
                    CounterSeries(
                        [
                            AttributeKey.retransmitType: .string(kind.attributeValue),
                            AttributeKey.type: .string(type.attributeValue),
                        ],
                        rows: [retransmit_index(UInt32(kind.rawValue), UInt32(type.rawValue))]
                    )
                }
            }
        )
    }
}
