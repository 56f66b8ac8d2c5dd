package import Metrics

/// The definition of a metric.
///
/// Metrics are defined nowhere else.
package struct MetricDefinition: Sendable {
    /// The name, which dashboards and alerts rely on.
    package let name: String
    /// The kind of its points.
    package let kind: Kind
    /// The unit, in UCUM; values in seconds are read as nanoseconds.
    package let unit: String
    /// One sentence, which is exported with the metric.
    package let description: String
    /// The question that the metric answers.
    package let question: String
    /// Whether the name may still change.
    package let stability: Stability
    /// What the metric requires to have points.
    package let condition: Condition
    /// The attributes of its points, in the order of their keys.
    package let attributes: [AttributeDefinition]
    /// How its points are made from a reading; empty if other code makes them.
    package let sources: [Source]

    /// The same metric of one workload, with what can be counted for a workload alone; nil if that is nothing.
    ///
    /// What belongs to no workload stays with the host, so that the sum over all resources is right.
    package var ofWorkload: MetricDefinition? {
        let own = sources.filter { !$0.isOfNamespace }
        return own.isEmpty ? nil : MetricDefinition(self, from: own)
    }

    private init(_ other: MetricDefinition, from sources: [Source]) {
        name = other.name
        kind = other.kind
        unit = other.unit
        description = other.description
        question = other.question
        stability = other.stability
        condition = other.condition
        attributes = other.attributes
        self.sources = sources
    }

    init(
        _ name: String,
        _ kind: Kind,
        _ unit: String,
        _ description: String,
        answers question: String,
        condition: Condition = .always,
        stability: Stability = .development,
        attributes: [AttributeDefinition] = [],
        from sources: Source...
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.description = description
        self.question = question
        self.condition = condition
        self.stability = stability
        self.attributes = (attributes + AttributeDefinition.list(of: sources)).sorted { $0.key < $1.key }
        self.sources = sources
    }

    /// The kind of a metric's points.
    package enum Kind: Hashable, Sendable {
        /// A sum that never decreases.
        case counter
        /// A sum that may decrease.
        case upDownCounter
        /// Values that can't be added up.
        case gauge
        /// Distributions. Those with fixed bounds are exported with these.
        case histogram(BucketBounds?)

        /// The temporality of its values before an exporter converts them; nil for a gauge.
        package var temporality: Temporality? { self == .gauge ? nil : .cumulative }
    }

    /// Whether a name may change, in the terms of OpenTelemetry's semantic conventions.
    package enum Stability: String, Sendable {
        /// It may change.
        case development
        /// It will not change.
        case stable
    }
}

extension MetricDefinition {
    /// A value of this metric.
    ///
    /// Values in seconds were counted in nanoseconds.
    package func number(_ value: UInt64) -> Number {
        unit == "s" ? .double(Double(value) / 1e9) : Number(count: value)
    }

    /// The fixed bounds of its buckets, if any.
    package var bounds: BucketBounds? {
        guard case .histogram(let bounds) = kind else { return nil }
        return bounds
    }
}

extension Metric {
    /// Creates a metric with numbers.
    package init(_ definition: MetricDefinition, _ points: [NumberDataPoint]) {
        let data: Data =
            switch definition.kind {
            case .counter: .sum(points, .cumulative, isMonotonic: true)
            case .upDownCounter: .sum(points, .cumulative, isMonotonic: false)
            case .gauge, .histogram: .gauge(points)
            }
        self.init(definition, data)
    }

    /// Creates a metric with distributions.
    package init(_ definition: MetricDefinition, _ points: [ExponentialHistogramDataPoint]) {
        self.init(definition, .exponentialHistogram(points, .cumulative))
    }

    /// Creates a metric with distributions with fixed bounds.
    package init(_ definition: MetricDefinition, _ points: [HistogramDataPoint]) {
        self.init(definition, .histogram(points, .cumulative))
    }

    private init(_ definition: MetricDefinition, _ data: Data) {
        self.init(
            name: definition.name,
            description: definition.description,
            unit: definition.unit,
            data: data,
            bounds: definition.bounds
        )
    }
}
