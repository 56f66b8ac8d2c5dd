package import Metrics

/// What a metric is called in Prometheus.
package struct PrometheusMetricName: Hashable, Sendable {
    /// The kinds of metrics in Prometheus.
    package enum Kind: String, Sendable {
        /// It never decreases.
        case counter
        /// It may decrease.
        case gauge
        /// Counts in buckets, whose series end in `_bucket`, `_count` and `_sum`.
        case histogram
    }

    /// The name of the family, without suffixes for samples.
    package let family: String
    /// The unit, which is the last part of the family's name; nil if there is none.
    package let unit: String?
    /// The kind.
    package let kind: Kind

    /// The name of the samples; that of a histogram still lacks `_bucket`, `_count` or `_sum`.
    package var samples: String { kind == .counter ? family + Self.total : family }

    /// The suffix of a counter's samples.
    package static let total = "_total"

    /// Translates a name with its unit in UCUM.
    package init(_ name: String, unit: String, _ kind: Kind) {
        var family = PrometheusName.metric(name)
        if kind == .counter, family.hasSuffix(Self.total), family != Self.total {
            family.removeLast(Self.total.count)
        }
        // A number without a unit is a ratio, unless it is a count.
        self.unit = unit == "1" ? (kind == .gauge ? "ratio" : nil) : PrometheusName.unit(unit)
        if let unit = self.unit, !family.hasSuffix("_\(unit)") {
            family += "_\(unit)"
        }
        self.family = family
        self.kind = kind
    }

    /// Translates the name of a metric; nil if its points are not cumulative, because Prometheus has nothing like them.
    package init?(_ metric: Metric) {
        switch metric.data {
        case .sum(_, .cumulative, isMonotonic: true): self.init(metric.name, unit: metric.unit, .counter)
        case .sum(_, .cumulative, isMonotonic: false), .gauge: self.init(metric.name, unit: metric.unit, .gauge)
        case .histogram(_, .cumulative), .exponentialHistogram(_, .cumulative):
            self.init(metric.name, unit: metric.unit, .histogram)
        case .sum, .histogram, .exponentialHistogram: return nil
        }
    }
}
