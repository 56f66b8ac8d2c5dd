internal import COTLP
internal import Metrics

extension Metric {
    /// Creates a metric; `nil` if the data model does not have its kind.
    init?(_ message: Wire.Metric) throws(OTLPError) {
        let name = unsafe String(field: message.name)
        guard let data = unsafe try Metric.Data(message, name: name) else { return nil }
        self.init(
            name: name,
            description: unsafe String(field: message.description),
            unit: unsafe String(field: message.unit),
            data: data
        )
    }
}

extension Metric.Data {
    init?(_ message: Wire.Metric, name: String) throws(OTLPError) {
        switch unsafe message.data_case {
        case .gauge:
            guard let gauge = unsafe message.gauge?.pointee else { return nil }
            let points = unsafe RepeatedField(start: gauge.data_points, count: gauge.n_data_points)
            self = .gauge(unsafe points.compactMap(NumberDataPoint.init))
        case .sum:
            guard let sum = unsafe message.sum?.pointee else { return nil }
            let points = unsafe RepeatedField(start: sum.data_points, count: sum.n_data_points)
            self = .sum(
                unsafe points.compactMap(NumberDataPoint.init),
                try Temporality(unsafe sum.aggregation_temporality, of: name),
                isMonotonic: unsafe sum.is_monotonic != 0
            )
        case .histogram:
            guard let histogram = unsafe message.histogram?.pointee else { return nil }
            let points = unsafe RepeatedField(start: histogram.data_points, count: histogram.n_data_points)
            self = .histogram(
                unsafe points.compactMap(HistogramDataPoint.init),
                try Temporality(unsafe histogram.aggregation_temporality, of: name)
            )
        case .exponentialHistogram:
            guard let histogram = unsafe message.exponential_histogram?.pointee else { return nil }
            let points = unsafe RepeatedField(start: histogram.data_points, count: histogram.n_data_points)
            self = .exponentialHistogram(
                unsafe points.compactMap(ExponentialHistogramDataPoint.init),
                try Temporality(unsafe histogram.aggregation_temporality, of: name)
            )
        default:
            return nil
        }
    }
}

extension Temporality {
    init(_ temporality: Wire.AggregationTemporality, of metric: String) throws(OTLPError) {
        switch temporality {
        case .delta: self = .delta
        case .cumulative: self = .cumulative
        default: throw .unspecifiedTemporality(metric: metric)
        }
    }
}
