package import Catalogue

extension PrometheusMetricName {
    /// What a metric of the catalogue is called in Prometheus.
    package init(_ definition: MetricDefinition) {
        let kind: Kind =
            switch definition.kind {
            case .counter: .counter
            case .upDownCounter, .gauge: .gauge
            case .histogram: .histogram
            }
        self.init(definition.name, unit: definition.unit, kind)
    }
}
