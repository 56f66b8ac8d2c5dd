internal import Metrics

extension [ResourceMetrics] {
    /// The time of the first point, and so of the whole collection; unknown without points.
    var firstTime: Timestamp {
        for resource in self {
            for scope in resource.scopes {
                for metric in scope.metrics {
                    if let time = metric.data.firstTime { return time }
                }
            }
        }
        return .unknown
    }

    /// The first `count` points and all others, each under its resource, scope and metric.
    func split(afterPoint count: Int) -> (first: [ResourceMetrics], second: [ResourceMetrics]) {
        var rest = count
        return cut(
            after: &rest,
            size: \.pointCount,
            split: { resource, rest in
                let (first, second) = resource.scopes.cut(
                    after: &rest,
                    size: \.pointCount,
                    split: { scope, rest in
                        let (first, second) = scope.metrics.cut(
                            after: &rest,
                            size: \.data.pointCount,
                            split: { metric, rest in metric.split(after: &rest) }
                        )
                        return (scope.with(first), scope.with(second))
                    }
                )
                return (resource.with(first), resource.with(second))
            }
        )
    }
}

extension Array {
    /// The first elements with `rest` points in total, and all others; `split` divides the element at the cut.
    fileprivate func cut(
        after rest: inout Int,
        size: (Element) -> Int,
        split: (Element, inout Int) -> (Element, Element)
    ) -> (first: [Element], second: [Element]) {
        var (first, second): ([Element], [Element]) = ([], [])
        for element in self {
            let points = size(element)
            if points <= rest {
                first.append(element)
                rest -= points
            } else if rest > 0 {
                let (left, right) = split(element, &rest)
                first.append(left)
                second.append(right)
            } else {
                second.append(element)
            }
        }
        return (first, second)
    }

    /// The first `rest` elements, and all others.
    fileprivate func cut(after rest: inout Int) -> (first: [Element], second: [Element]) {
        defer { rest = 0 }
        return (Array(prefix(rest)), Array(dropFirst(rest)))
    }
}

extension ResourceMetrics {
    fileprivate func with(_ scopes: [ScopeMetrics]) -> ResourceMetrics {
        ResourceMetrics(resource: resource, scopes: scopes)
    }
}

extension ScopeMetrics {
    fileprivate func with(_ metrics: [Metric]) -> ScopeMetrics {
        ScopeMetrics(scope: scope, metrics: metrics)
    }
}

extension Metric {
    fileprivate func split(after rest: inout Int) -> (Metric, Metric) {
        var (first, second) = (self, self)
        switch data {
        case .gauge(let points):
            let (left, right) = points.cut(after: &rest)
            (first.data, second.data) = (.gauge(left), .gauge(right))
        case .sum(let points, let temporality, let isMonotonic):
            let (left, right) = points.cut(after: &rest)
            first.data = .sum(left, temporality, isMonotonic: isMonotonic)
            second.data = .sum(right, temporality, isMonotonic: isMonotonic)
        case .histogram(let points, let temporality):
            let (left, right) = points.cut(after: &rest)
            (first.data, second.data) = (.histogram(left, temporality), .histogram(right, temporality))
        case .exponentialHistogram(let points, let temporality):
            let (left, right) = points.cut(after: &rest)
            first.data = .exponentialHistogram(left, temporality)
            second.data = .exponentialHistogram(right, temporality)
        }
        return (first, second)
    }
}

extension Metric.Data {
    fileprivate var firstTime: Timestamp? {
        switch self {
        case .gauge(let points), .sum(let points, _, _): points.first?.time
        case .histogram(let points, _): points.first?.time
        case .exponentialHistogram(let points, _): points.first?.time
        }
    }
}
