internal import Metrics
internal import PrometheusNames

/// The metrics that share one name in Prometheus.
struct PrometheusFamily {
    /// The kind of a metric in Prometheus.
    typealias Kind = PrometheusMetricName.Kind

    /// The points of one metric of one scope and resource.
    struct Part {
        /// The points.
        var data: Metric.Data
        /// Labels that all points have in addition to their own.
        var labels: [PrometheusLabel]
    }

    /// The name, without suffixes for samples.
    let name: String
    /// The kind.
    let kind: Kind
    /// The unit, which is the last part of the name; nil if there is none.
    let unit: String?
    /// A sentence for people.
    let help: String
    /// The points.
    var parts: [Part] = []

    /// Translates everything but the points of a metric; nil if Prometheus has nothing like it.
    ///
    /// Only cumulative points can be translated, and only those are collected.
    init?(_ metric: Metric) {
        guard let translated = PrometheusMetricName(metric) else { return nil }
        (name, unit, kind) = (translated.family, translated.unit, translated.kind)
        help = metric.description
    }

    /// The suffix of a counter's sample.
    static let total = PrometheusMetricName.total

    /// All names that the family and its samples use, in either format.
    var claims: [String] {
        switch kind {
        case .gauge: [name]
        case .counter: [name, name + Self.total, name + "_created"]
        case .histogram: [name] + ["_bucket", "_count", "_sum", "_created"].map { name + $0 }
        }
    }
}

extension PrometheusFamily {
    /// Translates a collection.
    ///
    /// A family appears once, wherever its metrics come from. A metric whose names are already used by another is left
    /// out, because Prometheus would refuse the whole response.
    ///
    /// - Returns: The families in the order of their metrics, and a line for each metric that was left out.
    static func families(of metrics: [ResourceMetrics]) -> (families: [PrometheusFamily], omissions: [String]) {
        var (families, omissions): ([PrometheusFamily], [String]) = ([], [])
        var owners: [String: Int] = [:]
        let first = metrics.first?.resource.attributes ?? [:]
        for resource in metrics {
            let difference = PrometheusLabel.labels(resource.resource.attributes.identifying(besides: first))
            for scope in resource.scopes {
                let labels = PrometheusLabel.labels(scope.scope.attributes) + difference
                for metric in scope.metrics where metric.data.pointCount > 0 {
                    guard let family = PrometheusFamily(metric) else {
                        omissions.append("\(metric.name) is left out: it is not cumulative")
                        continue
                    }
                    let others = family.claims.compactMap { owners[$0] }
                    let index = others.first ?? families.count
                    if others.isEmpty, family.claims.allSatisfy({ !reserved.contains($0) }) {
                        families.append(family)
                        for name in family.claims { owners[name] = index }
                    } else if others.isEmpty || !families[index].isSame(as: family) {
                        omissions.append("\(metric.name) is left out: its name \(family.name) is used by another")
                        continue
                    }
                    families[index].parts.append(Part(data: metric.data, labels: labels))
                }
            }
        }
        return (families, omissions)
    }

    /// The names that describe the resource.
    private static let reserved: Set = ["target", "target_info"]

    private func isSame(as other: PrometheusFamily) -> Bool {
        name == other.name && kind == other.kind
    }
}

extension Attributes {
    /// The attributes of services that together identify a resource (semantic conventions, `resource/service.md`).
    private static let identity: Set = ["service.namespace", "service.name", "service.instance.id"]

    /// The attributes that distinguish another resource from the first one, which alone is `target_info`.
    ///
    /// Those that identify it are always among them, even if they are those of the first: with them the series of a
    /// workload join those that its application exports. An attribute of the first that this one does not have is not
    /// among them: to Prometheus a missing label is an empty one.
    ///
    /// Those of the agent's own resource do not include the process, nor the service and the instance: its metrics have
    /// their own names, and would be new series after each restart.
    fileprivate func identifying(besides first: Attributes) -> Attributes {
        guard self["process.pid"] == nil else {
            return Attributes(
                filter { first[$0.key] != $0.value && !["process.pid", "service.instance.id"].contains($0.key) }
            )
        }
        guard self != first else { return [:] }
        return Attributes(filter { first[$0.key] != $0.value || Self.identity.contains($0.key) })
    }
}

extension Scope {
    /// The scope as attributes of a point.
    fileprivate var attributes: Attributes {
        let known = [("name", name), ("version", version), ("schema_url", schemaURL)].filter { !$0.1.isEmpty }
        return Attributes(known.map { Attribute("otel.scope.\($0.0)", .string($0.1)) })
    }
}
