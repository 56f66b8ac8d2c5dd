import Glibc
import Metrics

/// Metrics of 2200 points: 1100 of a gauge, 1000 of a sum and 100 exponential histograms with 40 buckets each.
///
/// The encoders of OpenTelemetry's SDKs are measured with the same ones, so nothing here may change.
struct WorkloadW {
    private static let start = Timestamp(unixNanoseconds: 1_790_000_000_000_000_000)
    private static let states = [
        "closed", "close_wait", "closing", "established", "fin_wait_1", "fin_wait_2", "last_ack", "listen",
        "syn_received", "syn_sent", "time_wait",
    ]

    private let gaugeSeries = (0..<1100).map { index -> Attributes in
        [
            "network.connection.state": .string(Self.states[index % 11]),
            "network.local.port": .string("\(10_000 + index / 22)"),
            "network.transport": "tcp",
            "network.type": index / 11 % 2 == 1 ? "ipv6" : "ipv4",
        ]
    }
    private let sumSeries = (0..<1000).map { index -> Attributes in
        let worker = index % 20
        return [
            "network.local.port": .string("\(10_000 + index % 50)"),
            "network.peer.address": .string("10.20.\(index / 250).\(index % 250 + 1)"),
            "network.transport": "tcp",
            "network.type": "ipv4",
            "process.executable.name": .string("worker-" + (worker < 10 ? "0\(worker)" : "\(worker)")),
        ]
    }
    private let histogramSeries = (0..<100).map { index -> Attributes in
        [
            "network.local.port": .string("\(10_000 + index / 2)"),
            "network.transport": "tcp",
            "network.type": index % 2 == 1 ? "ipv6" : "ipv4",
        ]
    }
    private let counts = (0..<100).map { counts(ofSeries: $0) }
    private let resource = Resource(
        attributes: [
            "host.arch": "amd64", "host.id": "4c4c4544004b5910804cb4c04f5a5a32",
            "host.name": "node-17.example.internal",
            "os.type": "linux", "os.version": "12", "service.instance.id": "6f2c1d1e-7f0a-4f0e-9b1c-2f2f5d1c9a10",
            "service.name": "sockmon", "service.version": "0.1.0",
        ],
        schemaURL: ""
    )

    /// The metrics of collection `number`, a second after those of the one before.
    func metrics(_ number: Int) -> [ResourceMetrics] {
        let time = Self.start.advanced(by: Int64(number) * 1_000_000_000)
        let gauge = gaugeSeries.enumerated().map { index, attributes in
            let value = Number.int(Int64((index * 7919 + number) % 100_000))
            return NumberDataPoint(attributes: attributes, start: Self.start, time: time, value: value)
        }
        let sum = sumSeries.enumerated().map { index, attributes in
            let value = Number.int(Int64(index * 131 + number))
            return NumberDataPoint(attributes: attributes, start: Self.start, time: time, value: value)
        }
        let histograms = zip(histogramSeries, counts).map { Self.histogram($0, $1, time) }
        return [
            ResourceMetrics(
                resource: resource,
                scopes: [
                    ScopeMetrics(
                        scope: Scope(name: "pb.bench", version: "1.0.0", schemaURL: ""),
                        metrics: [
                            Metric(
                                name: "network.tcp.connections",
                                description: "Number of TCP sockets by state, address family and local port.",
                                unit: "{connection}",
                                data: .gauge(gauge)
                            ),
                            Metric(
                                name: "network.tcp.retransmits",
                                description: "Number of TCP segments sent again, by local port and peer.",
                                unit: "{segment}",
                                data: .sum(sum, .cumulative, isMonotonic: true)
                            ),
                            Metric(
                                name: "network.tcp.rtt",
                                description: "Smoothed round-trip time of TCP connections.",
                                unit: "s",
                                data: .exponentialHistogram(histograms, .cumulative)
                            ),
                        ]
                    )
                ]
            )
        ]
    }

    private static func counts(ofSeries index: Int) -> [UInt64] {
        (0..<40).map { bucket in
            let number: Int = index * 31 + bucket * 17
            return UInt64(number % 300 + 1)
        }
    }

    private static func histogram(
        _ attributes: Attributes,
        _ counts: [UInt64],
        _ time: Timestamp
    ) -> ExponentialHistogramDataPoint {
        /// The value in the middle of a bucket.
        func middle(_ bucket: Int) -> Double { exp2((-80 + Double(bucket) + 0.5) / 8) }
        return ExponentialHistogramDataPoint(
            attributes: attributes,
            start: start,
            time: time,
            count: counts.reduce(0, +),
            sum: counts.enumerated().reduce(0) { $0 + Double($1.element) * middle($1.offset) },
            scale: 3,
            zeroCount: 0,
            positive: .init(offset: -80, counts: counts),
            extremes: Extremes(minimum: middle(0), maximum: middle(39))
        )
    }
}
