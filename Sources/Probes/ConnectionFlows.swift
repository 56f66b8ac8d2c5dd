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
    ///
    /// - Parameters:
    ///   - embryonicResets: How often a peer reset a handshake that it had begun here; `nil` if that is not known.
    ///   - start: When counting began.
    ///   - time: The moment of the collection.
    /// - Returns: The two metrics.
    func metrics(embryonicResets: UInt64?, start: Timestamp, time: Timestamp) -> [Metric] {
        var handshakes = Self.handshakeSeries.points(of: self.handshakes, start: start, time: time)
        handshakes += Self.failuresOfServers.filter { $0.count(in: self.handshakes) > 0 }
            .points(of: self.handshakes, start: start, time: time)
        if let embryonicResets {
            let value = Number(count: embryonicResets)
            handshakes.append(NumberDataPoint(attributes: Self.embryonic, start: start, time: time, value: value))
        }
        let io = Self.ioSeries.points(of: io, start: start, time: time)
        return [
            Metric(.handshakes, .sum(handshakes, .cumulative, isMonotonic: true)),
            Metric(.io, .sum(io, .cumulative, isMonotonic: true)),
        ]
    }

    /// Handshakes that finish on either side, and those that fail for clients: these always have a point.
    private static let handshakeSeries = series(.client, HandshakeOutcome.allCases) + series(.server, [.succeeded])

    /// Failures of sockets that were made before their handshake finished (TCP Fast Open).
    ///
    /// Most handshakes of servers fail while there is a request socket only, of which there are no events: they have points
    /// only once there are some.
    private static let failuresOfServers = series(.server, HandshakeOutcome.allCases.filter { $0 != .succeeded })

    /// What the kernel counts of request sockets, of both protocols together: a peer broke off what it had begun.
    private static let embryonic: Attributes = [
        AttributeKey.role: .string(HandshakeRole.server.attributeValue),
        AttributeKey.error: HandshakeOutcome.reset.attributeValue.map { .string($0) } ?? "",
    ]

    private static func series(_ role: HandshakeRole, _ outcomes: [HandshakeOutcome]) -> [CounterSeries] {
        NetworkType.allCases.flatMap { type in
            outcomes.map { outcome in
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
