import Metrics
import Testing

/// Requests that also exist as JSON in `wire/samples`.
struct Sample: CustomTestStringConvertible, Sendable {
    let name: String
    let metrics: [ResourceMetrics]

    var testDescription: String { name }

    static let all = [gauge, sum, histogram, exponentialHistogram]

    static let gauge = Sample(
        name: "gauge",
        metrics: [
            ResourceMetrics(
                resource: Resource(
                    attributes: ["service.name": "tcplens", "host.name": "a"],
                    schemaURL: "https://opentelemetry.io/schemas/1.43.0"
                ),
                scopes: [
                    ScopeMetrics(
                        scope: Scope(
                            name: "tcp",
                            version: "1.2.3",
                            schemaURL: "https://opentelemetry.io/schemas/1.44.0"
                        ),
                        metrics: [
                            Metric(name: "g", description: "A gauge.", unit: "s", data: .gauge(gaugePoints))
                        ]
                    )
                ]
            )
        ]
    )

    static let sum = Sample(
        name: "sum",
        metrics: [
            .stub(scopes: [
                .stub(
                    scope: "sums",
                    metrics: [
                        .stub(
                            name: "cumulative",
                            unit: "{connection}",
                            .sum(
                                [
                                    .stub(start: 1, time: .max, value: .int(.max)),
                                    .stub(start: 1, time: 2, value: .int(.min)),
                                ],
                                .cumulative,
                                isMonotonic: true
                            )
                        ),
                        .stub(
                            name: "delta",
                            .sum(
                                [.stub(start: 1, time: 2, value: .double(.greatestFiniteMagnitude))],
                                .delta,
                                isMonotonic: false
                            )
                        ),
                    ]
                ),
                .stub(metrics: [.stub(.sum([.stub(value: .int(7))], .cumulative, isMonotonic: false))]),
            ])
        ]
    )

    static let histogram = Sample(
        name: "histogram",
        metrics: [
            .stub(scopes: [
                .stub(
                    scope: "histograms",
                    metrics: [.stub(name: "h", unit: "s", .histogram(histogramPoints, .cumulative))]
                )
            ])
        ]
    )

    static let exponentialHistogram = Sample(
        name: "exponential_histogram",
        metrics: [
            .stub(scopes: [
                .stub(
                    scope: "histograms",
                    metrics: [.stub(name: "e", unit: "s", .exponentialHistogram(exponentialPoints, .delta))]
                )
            ]),
            .stub(
                attributes: ["host.name": "b"],
                scopes: [.stub(metrics: [.stub(.gauge([.stub(value: .int(1))]))])]
            ),
        ]
    )

    private static let gaugePoints: [NumberDataPoint] = [
        .stub(
            attributes: [
                "string": "grüße 🌍", "string.empty": "", "int": .int(.min), "int.zero": 0, "double": .double(0.1),
                "double.zero": .double(0), "bool.true": true, "bool.false": false,
            ],
            time: 1_700_000_000_000_000_001,
            value: .double(1.5)
        ),
        .stub(time: 1_700_000_000_000_000_001, value: .int(0)),
        .stub(time: 1_700_000_000_000_000_001, value: .double(0)),
        .stub(time: 1_700_000_000_000_000_001, value: .double(.infinity)),
        NumberDataPoint.stub(attributes: ["k": "v"]).ended(at: Timestamp(unixNanoseconds: 1_700_000_000_000_000_001)),
    ]

    private static let histogramPoints: [HistogramDataPoint] = [
        .stub(
            attributes: ["k": "v"],
            count: .max,
            sum: 12.25,
            bucketCounts: [0, .max, 0],
            explicitBounds: [0.001, 60]
        ),
        .stub(sum: 0, bucketCounts: [0]),
        .stub(),
        HistogramDataPoint.stub().ended(at: Timestamp(unixNanoseconds: 2)),
    ]

    private static let exponentialPoints: [ExponentialHistogramDataPoint] = [
        .stub(
            attributes: ["k": "v"],
            count: .max,
            sum: 12.25,
            scale: -10,
            zeroCount: 3,
            zeroThreshold: 0x1p-20,
            positive: .init(offset: .min, counts: [0, 127, 128, .max])
        ),
        .stub(sum: 0, scale: 20),
        .stub(positive: .init(offset: .max, counts: [1])),
        ExponentialHistogramDataPoint.stub().ended(at: Timestamp(unixNanoseconds: 2)),
    ]
}
