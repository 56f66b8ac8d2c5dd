internal import Metrics

/// The fields of `ExportMetricsServiceRequest`.
///
/// What has no points is left out.
struct RequestFields: WireContent {
    /// The metrics.
    let metrics: [ResourceMetrics]

    func write(to sink: inout some WireSink) {
        for metrics in metrics where metrics.pointCount > 0 {
            sink.message(1) { sink in metrics.write(to: &sink) }
        }
    }
}

extension ResourceMetrics: WireContent {
    /// Writes the fields of `ResourceMetrics`.
    func write(to sink: inout some WireSink) {
        sink.message(1) { sink in sink.attributes(1, resource.attributes) }
        for scope in scopes where scope.pointCount > 0 {
            sink.message(2) { sink in scope.write(to: &sink) }
        }
        sink.textUnlessEmpty(3, resource.schemaURL)
    }
}

extension ScopeMetrics: WireContent {
    /// Writes the fields of `ScopeMetrics`.
    func write(to sink: inout some WireSink) {
        sink.message(1) { sink in
            sink.textUnlessEmpty(1, scope.name)
            sink.textUnlessEmpty(2, scope.version)
        }
        for metric in metrics where metric.data.pointCount > 0 {
            sink.message(2) { sink in metric.write(to: &sink) }
        }
        sink.textUnlessEmpty(3, scope.schemaURL)
    }
}

extension Metric: WireContent {
    /// Writes the fields of `Metric`.
    func write(to sink: inout some WireSink) {
        sink.textUnlessEmpty(1, name)
        sink.textUnlessEmpty(2, description)
        sink.textUnlessEmpty(3, unit)
        switch data {
        case .gauge(let points):
            sink.message(5) { sink in
                // The start of a gauge has no meaning (OpenTelemetry specification, `metrics/data-model.md`, "Gauge").
                sink.messages(1, points) { point, sink in point.write(to: &sink, hasStart: false) }
            }
        case .sum(let points, let temporality, let isMonotonic):
            sink.message(7) { sink in
                sink.messages(1, points) { point, sink in point.write(to: &sink, hasStart: true) }
                sink.varint(2, temporality.wireValue)
                sink.varintUnlessZero(3, isMonotonic ? 1 : 0)
            }
        case .histogram(let points, let temporality):
            sink.message(9) { sink in
                sink.messages(1, points) { point, sink in point.write(to: &sink) }
                sink.varint(2, temporality.wireValue)
            }
        case .exponentialHistogram(let points, let temporality):
            sink.message(10) { sink in
                sink.messages(1, points) { point, sink in point.write(to: &sink) }
                sink.varint(2, temporality.wireValue)
            }
        }
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
