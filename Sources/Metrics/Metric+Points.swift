/// A change to data points of any kind.
protocol PointChange {
    /// The changed points of a metric.
    func change<Point: DataPoint>(_ points: [Point]) -> [Point]
}

extension Metric.Data {
    /// The temporality; nil for a gauge.
    var temporality: Temporality? {
        switch self {
        case .gauge: nil
        case .sum(_, let temporality, _), .histogram(_, let temporality), .exponentialHistogram(_, let temporality):
            temporality
        }
    }

    /// The attributes of each point.
    var attributes: [Attributes] {
        switch self {
        case .gauge(let points), .sum(let points, _, _): points.map(\.attributes)
        case .histogram(let points, _): points.map(\.attributes)
        case .exponentialHistogram(let points, _): points.map(\.attributes)
        }
    }

    /// The start of each point.
    var starts: [Timestamp] {
        switch self {
        case .gauge(let points), .sum(let points, _, _): points.map(\.start)
        case .histogram(let points, _): points.map(\.start)
        case .exponentialHistogram(let points, _): points.map(\.start)
        }
    }

    /// The same metric with changed points.
    func changed(by change: some PointChange) -> Self {
        switch self {
        case .gauge(let points): .gauge(change.change(points))
        case .sum(let points, let temporality, let isMonotonic):
            .sum(change.change(points), temporality, isMonotonic: isMonotonic)
        case .histogram(let points, let temporality): .histogram(change.change(points), temporality)
        case .exponentialHistogram(let points, let temporality):
            .exponentialHistogram(change.change(points), temporality)
        }
    }

    /// These points followed by those of `other`, which must be of the same kind.
    func appending(_ other: Self) -> Self {
        switch (self, other) {
        case (.gauge(let points), .gauge(let others)): .gauge(points + others)
        case (.sum(let points, let temporality, let isMonotonic), .sum(let others, _, _)):
            .sum(points + others, temporality, isMonotonic: isMonotonic)
        case (.histogram(let points, let temporality), .histogram(let others, _)):
            .histogram(points + others, temporality)
        case (.exponentialHistogram(let points, let temporality), .exponentialHistogram(let others, _)):
            .exponentialHistogram(points + others, temporality)
        default: self
        }
    }
}

/// Shifts the times and the starts of points.
private struct Move: PointChange {
    var nanoseconds: Int64

    func change<Point: DataPoint>(_ points: [Point]) -> [Point] {
        points.map { point in
            var point = point
            point.start = point.start.advanced(by: nanoseconds)
            point.time = point.time.advanced(by: nanoseconds)
            return point
        }
    }
}

extension [ResourceMetrics] {
    /// The metrics with the time and the start of each point moved forward by `nanoseconds`.
    package func moved(by nanoseconds: Int64) -> [ResourceMetrics] {
        guard nanoseconds != 0 else { return self }
        var moved = self
        for resource in moved.indices {
            for scope in moved[resource].scopes.indices {
                for metric in moved[resource].scopes[scope].metrics.indices {
                    let data = moved[resource].scopes[scope].metrics[metric].data
                    moved[resource].scopes[scope].metrics[metric].data = data.changed(
                        by: Move(nanoseconds: nanoseconds)
                    )
                }
            }
        }
        return moved
    }
}
