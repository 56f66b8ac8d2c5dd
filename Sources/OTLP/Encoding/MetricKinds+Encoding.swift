internal import COTLP
internal import Metrics

extension Wire.Metric {
    init(_ metric: Metric, in arena: Arena) {
        unsafe self = .empty
        unsafe name = arena.store(metric.name)
        unsafe description = arena.store(metric.description)
        unsafe unit = arena.store(metric.unit)
        switch metric.data {
        case .gauge(let points):
            unsafe data_case = .gauge
            unsafe gauge = arena.store(Wire.Gauge(points, in: arena))
        case .sum(let points, let temporality, let isMonotonic):
            unsafe data_case = .sum
            unsafe sum = arena.store(Wire.Sum(points, temporality, isMonotonic: isMonotonic, in: arena))
        case .histogram(let points, let temporality):
            unsafe data_case = .histogram
            unsafe histogram = arena.store(Wire.Histogram(points, temporality, in: arena))
        case .exponentialHistogram(let points, let temporality):
            unsafe data_case = .exponentialHistogram
            unsafe exponential_histogram = arena.store(Wire.ExponentialHistogram(points, temporality, in: arena))
        }
    }
}

extension Wire.Gauge {
    init(_ points: [NumberDataPoint], in arena: Arena) {
        unsafe self = .empty
        let points = unsafe arena.store(points) { point, arena in
            var message = unsafe Wire.NumberDataPoint(point, in: arena)
            // The start of a gauge has no meaning (OpenTelemetry specification, `metrics/data-model.md`, "Gauge").
            unsafe message.start_time_unix_nano = 0
            return unsafe message
        }
        unsafe (data_points, n_data_points) = (points.start, points.count)
    }
}

extension Wire.Sum {
    init(_ points: [NumberDataPoint], _ temporality: Temporality, isMonotonic: Bool, in arena: Arena) {
        unsafe self = .empty
        let points = unsafe arena.store(points, as: Wire.NumberDataPoint.init(_:in:))
        unsafe (data_points, n_data_points) = (points.start, points.count)
        unsafe aggregation_temporality = .init(temporality)
        unsafe is_monotonic = isMonotonic ? 1 : 0
    }
}

extension Wire.Histogram {
    init(_ points: [HistogramDataPoint], _ temporality: Temporality, in arena: Arena) {
        unsafe self = .empty
        let points = unsafe arena.store(points, as: Wire.HistogramDataPoint.init(_:in:))
        unsafe (data_points, n_data_points) = (points.start, points.count)
        unsafe aggregation_temporality = .init(temporality)
    }
}

extension Wire.ExponentialHistogram {
    init(_ points: [ExponentialHistogramDataPoint], _ temporality: Temporality, in arena: Arena) {
        unsafe self = .empty
        let points = unsafe arena.store(points, as: Wire.ExponentialHistogramDataPoint.init(_:in:))
        unsafe (data_points, n_data_points) = (points.start, points.count)
        unsafe aggregation_temporality = .init(temporality)
    }
}

extension Wire.AggregationTemporality {
    init(_ temporality: Temporality) {
        switch temporality {
        case .delta: self = .delta
        case .cumulative: self = .cumulative
        }
    }
}
