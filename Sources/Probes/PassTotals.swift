internal import CProbes
internal import Metrics

/// What a pass over all sockets adds up, besides how many there are.
struct PassTotals: Equatable {
    /// Bytes that wait: to be acknowledged (`transmit`), and to be read (`receive`).
    var queued: [IODirection: UInt64] = [:]
    /// Connections that a window of zero holds up: the peer's (`transmit`), and ours (`receive`).
    var stalled: [IODirection: UInt64] = [:]
    /// Connections that there is no memory for.
    var unfollowed: UInt64 = 0
    /// For how many nanoseconds the connection that is longest in a state has been there.
    var oldest: [ConnectionState: UInt64] = [:]

    /// The states whose ages are told: those that have sockets of their own, which remember when they came there.
    static let agingStates: [ConnectionState] = [
        .established, .synSent, .synReceived, .finWait1, .finWait2, .closeWait, .lastAck, .closing,
    ]

    /// The metrics; without those of connections that are followed where none are.
    func metrics(follows: Bool, start: Timestamp, time: Timestamp) -> [Metric] {
        func point(_ value: Number, _ attributes: Attributes = [:], start: Timestamp) -> NumberDataPoint {
            NumberDataPoint(attributes: attributes, start: start, time: time, value: value)
        }
        func stock(_ metric: CataloguedMetric, _ values: [IODirection: UInt64]) -> Metric {
            let points = IODirection.allCases.map { direction in
                let attributes: Attributes = [AttributeKey.direction: .string(direction.attributeValue)]
                return point(Number(count: values[direction] ?? 0), attributes, start: start)
            }
            return Metric(metric, .sum(points, .cumulative, isMonotonic: false))
        }
        var metrics = [stock(.queueUsage, queued), stock(.stalled, stalled)]
        guard follows else { return metrics }
        let ages = Self.agingStates.map { state in
            let attributes: Attributes = [AttributeKey.state: .string(state.attributeValue)]
            return point(.double(Double(oldest[state] ?? 0) / 1e9), attributes, start: .unknown)
        }
        metrics.append(Metric(.stateAge, .gauge(ages)))
        let unfollowed = point(Number(count: unfollowed), start: start)
        metrics.append(Metric(.unfollowed, .sum([unfollowed], .cumulative, isMonotonic: false)))
        return metrics
    }
}

extension PassTotals {
    /// Reads the row as the programs write it.
    init(_ row: pass_totals) {
        queued = [.transmit: row.queued.0, .receive: row.queued.1]
        stalled = [.transmit: row.stalled.0, .receive: row.stalled.1]
        unfollowed = row.unfollowed
        let ages = [
            row.oldest.0, row.oldest.1, row.oldest.2, row.oldest.3, row.oldest.4, row.oldest.5, row.oldest.6,
            row.oldest.7, row.oldest.8, row.oldest.9, row.oldest.10, row.oldest.11, row.oldest.12,
        ]
        for state in Self.agingStates { oldest[state] = ages[Int(state.rawValue)] }
    }
}
