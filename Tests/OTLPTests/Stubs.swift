import Metrics

// The data model with defaults, so that a test says only what it is about.

extension ResourceMetrics {
    static func stub(attributes: Attributes = [:], scopes: [ScopeMetrics]) -> ResourceMetrics {
        ResourceMetrics(resource: Resource(attributes: attributes, schemaURL: ""), scopes: scopes)
    }

    /// One metric in one scope of one resource.
    static func stub(_ metric: Metric) -> ResourceMetrics {
        .stub(scopes: [.stub(metrics: [metric])])
    }
}

extension ScopeMetrics {
    static func stub(scope: String = "", metrics: [Metric]) -> ScopeMetrics {
        ScopeMetrics(scope: Scope(name: scope, version: "", schemaURL: ""), metrics: metrics)
    }
}

extension Metric {
    static func stub(name: String = "", unit: String = "", _ data: Data) -> Metric {
        Metric(name: name, description: "", unit: unit, data: data)
    }
}

extension NumberDataPoint {
    static func stub(
        attributes: Attributes = [:],
        start: UInt64 = 0,
        time: UInt64 = 0,
        value: Number = .int(0)
    ) -> NumberDataPoint {
        NumberDataPoint(
            attributes: attributes,
            start: Timestamp(unixNanoseconds: start),
            time: Timestamp(unixNanoseconds: time),
            value: value
        )
    }
}

extension HistogramDataPoint {
    static func stub(
        attributes: Attributes = [:],
        count: UInt64 = 0,
        sum: Double? = nil,
        bucketCounts: [UInt64] = [],
        explicitBounds: [Double] = []
    ) -> HistogramDataPoint {
        HistogramDataPoint(
            attributes: attributes,
            start: Timestamp(unixNanoseconds: 1),
            time: Timestamp(unixNanoseconds: 2),
            count: count,
            sum: sum,
            bucketCounts: bucketCounts,
            explicitBounds: explicitBounds
        )
    }
}

extension ExponentialHistogramDataPoint {
    static func stub(
        attributes: Attributes = [:],
        count: UInt64 = 0,
        sum: Double? = nil,
        scale: Int32 = 0,
        zeroCount: UInt64 = 0,
        zeroThreshold: Double = 0,
        positive: Buckets = Buckets()
    ) -> ExponentialHistogramDataPoint {
        ExponentialHistogramDataPoint(
            attributes: attributes,
            start: Timestamp(unixNanoseconds: 1),
            time: Timestamp(unixNanoseconds: 2),
            count: count,
            sum: sum,
            scale: scale,
            zeroCount: zeroCount,
            zeroThreshold: zeroThreshold,
            positive: positive
        )
    }
}
