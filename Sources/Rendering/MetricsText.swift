package import Metrics
internal import System

/// Metrics as a table for people.
package enum MetricsText {
    /// Resources, scopes, metrics, and a line for each point; ends with a line break if not empty.
    ///
    /// Attributes may be external: control characters are escaped.
    package static func render(_ metrics: [ResourceMetrics]) -> String {
        var lines: [String] = []
        for resource in metrics {
            lines.append("Resource  " + text(resource.resource.attributes))
            for scope in resource.scopes {
                lines.append("Scope     \(scope.scope.name.printable()) \(scope.scope.version.printable())")
                for metric in scope.metrics {
                    lines.append("")
                    lines.append(heading(metric))
                    lines += aligned(rows(metric.data, unit: metric.unit))
                }
            }
            lines.append("")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Shown in place of a value for a series that has ended.
    private static let ended = "ended"

    private static func heading(_ metric: Metric) -> String {
        let kind =
            switch metric.data {
            case .gauge: "gauge"
            case .sum(_, let temporality, let isMonotonic):
                "sum, \(temporality), \(isMonotonic ? "monotonic" : "not monotonic")"
            case .histogram(_, let temporality): "histogram, \(temporality)"
            case .exponentialHistogram(_, let temporality): "exponential histogram, \(temporality)"
            }
        return [metric.name.printable(), metric.unit.printable(), kind].filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// Attributes and value of each point.
    private static func rows(_ data: Metric.Data, unit: String) -> [(attributes: String, value: String)] {
        switch data {
        case .gauge(let points), .sum(let points, _, _):
            points.map { (text($0.attributes), $0.isEnd ? ended : $0.value.description) }
        case .histogram(let points, _):
            points.map { point in
                guard !point.isEnd else { return (text(point.attributes), ended) }
                let buckets = Buckets(counts: point.bucketCounts, explicitBounds: point.explicitBounds)
                return (text(point.attributes), distribution(point.count, point.sum, unit, buckets))
            }
        case .exponentialHistogram(let points, _):
            points.map { point in
                guard !point.isEnd else { return (text(point.attributes), ended) }
                let buckets = Buckets(point.positive, scale: point.scale)
                return (text(point.attributes), distribution(point.count, point.sum, unit, buckets))
            }
        }
    }

    /// The rows with aligned columns; numbers are aligned to the right.
    private static func aligned(_ rows: [(attributes: String, value: String)]) -> [String] {
        let width = rows.map(\.attributes.count).max() ?? 0
        let numbers = rows.map { $0.value.prefix { $0 != " " }.count }.max() ?? 0
        return rows.map { row in
            let gap = width - row.attributes.count + numbers - row.value.prefix { $0 != " " }.count + 2
            return "  " + row.attributes + String(repeating: " ", count: gap) + row.value
        }
    }

    private static func distribution(_ count: UInt64, _ sum: Double?, _ unit: String, _ buckets: Buckets) -> String {
        var parts = ["count=\(count)"]
        if let sum {
            parts.append("sum=\(sum)" + (unit.isEmpty ? "" : " \(unit.printable())"))
        }
        if let chart = buckets.chart {
            parts.append(chart)
        }
        return parts.joined(separator: "  ")
    }

    private static func text(_ attributes: Attributes) -> String {
        attributes.map { "\($0.key.printable())=\($0.value.description.printable().quotedIfNeeded)" }.joined(
            separator: " "
        )
    }
}
