internal import CProbes
internal import Metrics

/// What happened to connections since counting began, but for their durations.
struct ConnectionFlows: Equatable {
    /// Changes of state.
    var transitions: TransitionCounts
    /// Handshakes, in the order of `tcp_handshakes`.
    var handshakes: [UInt64] = []
    /// Bytes of data, in the order of `tcp_io`.
    var io: [UInt64] = []

    /// `tcplens.handshakes` and `tcplens.connection.io`.
    func metrics(start: Timestamp, time: Timestamp) -> [Metric] {
        let handshakes = Self.handshakeSeries.points(of: handshakes, start: start, time: time)
        let io = Self.ioSeries.points(of: io, start: start, time: time)
        return [
            Metric(.handshakes, .sum(handshakes, .cumulative, isMonotonic: true)),
            Metric(.io, .sum(io, .cumulative, isMonotonic: true)),
        ]
    }

    private static let handshakeSeries = HandshakeRole.allCases.flatMap { role in
        NetworkType.allCases.flatMap { type in
            HandshakeOutcome.allCases.map { outcome in
                var attributes: Attributes = [
                    AttributeKey.role: .string(role.attributeValue), AttributeKey.type: .string(type.attributeValue),
                ]
                attributes[AttributeKey.error] = outcome.attributeValue.map { .string($0) }
                let row = handshake_index(UInt32(role.rawValue), UInt32(type.rawValue), UInt32(outcome.rawValue))
                return CounterSeries(attributes, rows: [row])
            }
        }
    }

    private static let ioSeries = IODirection.allCases.flatMap { direction in
        HandshakeRole.allCases.map { role in
            CounterSeries(
                [
                    AttributeKey.direction: .string(direction.attributeValue),
                    AttributeKey.role: .string(role.attributeValue),
                ],
                rows: [AT_EVENT, IN_PASS].map {
                    io_index($0.rawValue, UInt32(direction.rawValue), UInt32(role.rawValue))
                }
            )
        }
    }
}
