package import Metrics

/// A metric as the catalogue declares it.
///
/// This table is the only place where a metric comes to be.
package struct MetricDefinition: Sendable {
    /// The name; a contract with dashboards and alerts.
    package let name: String
    /// The kind of its points.
    package let kind: Kind
    /// The unit, in UCUM; what is in seconds is read in nanoseconds.
    package let unit: String
    /// One sentence for people.
    package let description: String
    /// Whether the name may still change.
    package let stability: Stability
    /// What must be there so that the metric is.
    package let condition: Condition
    /// The attributes of its points, in the order of their keys.
    package let attributes: [AttributeDefinition]
    /// How its points come from a reading; none where the code that counts makes them.
    package let sources: [Source]

    init(
        _ name: String,
        _ kind: Kind,
        _ unit: String,
        _ description: String,
        condition: Condition = .always,
        stability: Stability = .development,
        attributes: [AttributeDefinition] = [],
        from sources: Source...
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.description = description
        self.condition = condition
        self.stability = stability
        self.attributes = (attributes + AttributeDefinition.list(of: sources)).sorted { $0.key < $1.key }
        self.sources = sources
    }

    /// The kind of a metric's points.
    package enum Kind: Hashable, Sendable {
        /// A sum that never falls.
        case counter
        /// A sum that may fall.
        case upDownCounter
        /// Values that can't be added up.
        case gauge
        /// Distributions; with the bounds that they leave with where bounds are fixed.
        case histogram(BucketBounds?)

        /// What its values relate to, before an exporter asks for something else; nil for a gauge.
        package var temporality: Temporality? { self == .gauge ? nil : .cumulative }
    }

    /// Whether a name may change, in the terms of OpenTelemetry's semantic conventions.
    package enum Stability: String, Sendable {
        /// It may.
        case development
        /// It stays.
        case stable
    }
}

extension MetricDefinition {
    /// A value of this metric: what is told in seconds was counted in nanoseconds.
    package func number(_ value: UInt64) -> Number {
        unit == "s" ? .double(Double(value) / 1e9) : Number(count: value)
    }

    /// The bounds of its buckets where these are fixed.
    package var bounds: BucketBounds? {
        guard case .histogram(let bounds) = kind else { return nil }
        return bounds
    }
}

extension Metric {
    /// Creates a metric of numbers.
    package init(_ definition: MetricDefinition, _ points: [NumberDataPoint]) {
        let data: Data =
            switch definition.kind {
            case .counter: .sum(points, .cumulative, isMonotonic: true)
            case .upDownCounter: .sum(points, .cumulative, isMonotonic: false)
            case .gauge, .histogram: .gauge(points)
            }
        self.init(definition, data)
    }

    /// Creates a metric of distributions.
    package init(_ definition: MetricDefinition, _ points: [ExponentialHistogramDataPoint]) {
        self.init(definition, .exponentialHistogram(points, .cumulative))
    }

    /// Creates a metric of distributions with fixed bounds.
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
