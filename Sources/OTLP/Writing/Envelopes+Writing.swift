internal import Metrics

/// The fields of `ExportMetricsServiceRequest`.
///
/// What has no points is left out.
struct RequestFields: WireContent {
    /// The metrics.
    let metrics: [ResourceMetrics]

    func write(to sink: inout some WireSink) {
        for metrics in metrics where metrics.pointCount > 0 {
            sink.message(1, metrics)
        }
    }
}

extension ResourceMetrics: WireContent {
    /// Writes the fields of `ResourceMetrics`.
    func write(to sink: inout some WireSink) {
        let mark = sink.begin(1)
        unsafe withUnsafePointer(to: resource.attributes) { attributes in
            unsafe sink.attributes(1, of: attributes, \.self)
        }
        sink.end(mark)
        for scope in scopes where scope.pointCount > 0 {
            sink.message(2, scope)
        }
        sink.textUnlessEmpty(3, resource.schemaURL)
    }
}

extension ScopeMetrics: WireContent {
    /// Writes the fields of `ScopeMetrics`.
    func write(to sink: inout some WireSink) {
        sink.message(1, scope)
        for metric in metrics where metric.data.pointCount > 0 {
            sink.message(2, metric)
        }
        sink.textUnlessEmpty(3, scope.schemaURL)
    }
}

extension Scope: WireContent {
    /// Writes the fields of `InstrumentationScope`.
    func write(to sink: inout some WireSink) {
        sink.textUnlessEmpty(1, name)
        sink.textUnlessEmpty(2, version)
    }
}

extension Metric: WireContent {
    /// Writes the fields of `Metric`.
    func write(to sink: inout some WireSink) {
        sink.textUnlessEmpty(1, name)
        sink.textUnlessEmpty(2, description)
        sink.textUnlessEmpty(3, unit)
        let mark: WireMark
        switch data {
        case .gauge(let points):
            mark = sink.begin(5)
            sink.points(1, points, NumberForm(hasStart: false))
        case .sum(let points, let temporality, let isMonotonic):
            mark = sink.begin(7)
            sink.points(1, points, NumberForm(hasStart: true))
            sink.varint(2, temporality.wireValue)
            sink.varintUnlessZero(3, isMonotonic ? 1 : 0)
        case .histogram(let points, let temporality):
            mark = sink.begin(9)
            sink.points(1, points, HistogramForm())
            sink.varint(2, temporality.wireValue)
        case .exponentialHistogram(let points, let temporality):
            mark = sink.begin(10)
            sink.points(1, points, ExponentialHistogramForm())
            sink.varint(2, temporality.wireValue)
        }
        sink.end(mark)
    }
}

extension Temporality {
    /// The number in `AggregationTemporality`.
    fileprivate var wireValue: UInt64 {
        switch self {
        case .delta: 1
        case .cumulative: 2
        }
    }
}
