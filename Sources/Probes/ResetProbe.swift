internal import BPF
internal import CProbes
internal import Metrics

extension CounterProbe.Plan {
    /// `tcplens.resets`: resets sent and received, by programs on `tcp_send_reset` and `tcp_receive_reset`.
    static func resets(_ programs: AgentPrograms) -> Self {
        Self(
            programs: programs.resets,
            array: "tcp_resets",
            metric: .resets,
            series: IODirection.allCases.flatMap { direction in
                NetworkType.allCases.map { type in
                    CounterSeries(
                        [
                            AttributeKey.direction: .string(direction.attributeValue),
                            AttributeKey.type: .string(type.attributeValue),
                        ],
                        rows: [reset_index(UInt32(direction.rawValue), UInt32(type.rawValue))]
                    )
                }
            }
        )
    }
}
