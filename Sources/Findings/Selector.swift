package import Catalogue
package import PrometheusNames

/// Series of one metric, and how they are grouped.
package struct Selector: Hashable, Sendable {
    /// What an attribute must be for a series to be selected.
    package enum Match: Hashable, Sendable {
        /// This value.
        case equal(String)
        /// One of these values.
        case oneOf([String])
        /// Any value, but it must be there.
        case present
        /// Any value but these; the attribute may be absent.
        case noneOf([String])
    }

    /// The name of the metric, which is in the catalogue.
    package let metric: String
    /// Its name in Prometheus.
    package let prometheus: PrometheusMetricName
    /// The conditions, by the key of the attribute, in the order of the keys.
    package let matches: [(key: String, match: Match)]
    /// The attributes that tell the groups apart, besides those of the resource.
    package let groups: [String]

    /// Selects series of a metric of the catalogue.
    package init(_ definition: MetricDefinition, _ matches: [String: Match] = [:], by groups: String...) {
        metric = definition.name
        prometheus = PrometheusMetricName(definition)
        self.matches = matches.sorted { $0.key < $1.key }.map { (key: $0.key, match: $0.value) }
        self.groups = groups
    }

    /// Whether both select and group the same series.
    package static func == (left: Self, right: Self) -> Bool {
        left.metric == right.metric && left.groups == right.groups && left.matches.elementsEqual(right.matches, by: ==)
    }

    /// Hashes what is selected, and how it is grouped.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(metric)
        hasher.combine(groups)
        for (key, match) in matches {
            hasher.combine(key)
            hasher.combine(match)
        }
    }
}

extension Selector.Match {
    /// Whether an attribute with this value, or none, fulfils the condition.
    package func allows(_ value: String?) -> Bool {
        switch self {
        case .equal(let text): value == text
        case .oneOf(let texts): value.map(texts.contains) ?? false
        case .present: value != nil
        case .noneOf(let texts): value.map { !texts.contains($0) } ?? true
        }
    }
}
