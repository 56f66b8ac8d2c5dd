internal import CProbes
internal import Metrics

/// The metrics that are distributions of durations, from one collection to the next.
struct DurationSeries {
    /// One series, and where its histograms stand in `tcp_durations`.
    private struct Series {
        let attributes: Attributes
        let rows: [UInt32]
    }

    /// The states that connections are in for a time.
    ///
    /// Listeners are none, CLOSED is the end, and there is no event when a socket leaves TIME_WAIT.
    private static let statesOfConnections = ConnectionState.allCases.filter {
        ![.closed, .listen, .timeWait].contains($0)
    }

    private static let metrics: [(metric: CataloguedMetric, series: [Series])] = [
        (.handshakeDuration, byRoleAndType(handshake_duration_index)),
        (.connectionDuration, byRoleAndType(connection_duration_index)),
        (
            .stateDuration,
            statesOfConnections.map { state in
                let attributes: Attributes = [AttributeKey.state: .string(state.attributeValue)]
                var rows = [state_duration_index(UInt32(state.rawValue))]
                if state == .synReceived {
                    // A server's handshake is the time of its request socket, which is in SYN_RECV as ss shows it.
                    rows += NetworkType.allCases.map { handshake_duration_index(SERVER.rawValue, UInt32($0.rawValue)) }
                }
                return Series(attributes: attributes, rows: rows)
            }
        ),
        (
            .rtt,
            NetworkType.allCases.map { type in
                let attributes: Attributes = [AttributeKey.type: .string(type.attributeValue)]
                let rows = [AT_EVENT, IN_PASS].map { rtt_index($0.rawValue, UInt32(type.rawValue)) }
                return Series(attributes: attributes, rows: rows)
            }
        ),
    ]

    private let start: Timestamp
    /// Keeps the sums, which in the kernel are modulo 2^64 ns.
    private var rows: CumulativeSeries<Int, Distribution>

    /// Creates series that began at `start`.
    init(start: Timestamp) {
        self.start = start
        rows = CumulativeSeries(start: start)
    }

    /// The metrics of histograms as the kernel holds them, in the order of `tcp_durations`.
    mutating func metrics(_ kernel: [[UInt64]], time: Timestamp) -> [Metric] {
        let readings = kernel.enumerated().map { index, row in
            (key: index, value: Distribution(kernel: row))
        }
        rows.observe(readings, at: time)
        var distributions: [Int: Distribution] = [:]
        for series in rows.series {
            distributions[series.key ?? -1] = series.value
        }
        return Self.metrics.map { metric, series in
            let points = series.compactMap { series -> ExponentialHistogramDataPoint? in
                var total = Distribution.zero
                for row in series.rows {
                    total.add(distributions[Int(row)] ?? .zero)
                }
                guard total.count > 0 else { return nil }
                return total.exponentialPoint(attributes: series.attributes, start: start, time: time)
            }
            return Metric(metric, .exponentialHistogram(points, .cumulative))
        }
    }

    private static func byRoleAndType(_ row: (UInt32, UInt32) -> UInt32) -> [Series] {
        HandshakeRole.allCases.flatMap { role in
            NetworkType.allCases.map { type in
                Series(
                    attributes: [
                        AttributeKey.role: .string(role.attributeValue),
                        AttributeKey.type: .string(type.attributeValue),
                    ],
                    rows: [row(UInt32(role.rawValue), UInt32(type.rawValue))]
                )
            }
        }
    }
}
