internal import Catalogue
internal import Metrics
internal import PrometheusNames

/// The catalogue of metrics in the form in which others read it.
package struct RegistryDocument: Codable, Hashable, Sendable {
    /// All metrics, in the order of export.
    package var metrics: [MetricEntry]
    /// The attributes of resources.
    package var resource: [ResourceEntry]

    /// A metric.
    package struct MetricEntry: Codable, Hashable, Sendable {
        /// The name.
        package var name: String
        /// `counter`, `updowncounter`, `gauge` or `histogram`.
        package var kind: String
        /// Whether a sum never decreases; nil for what is not a sum.
        package var monotonic: Bool?
        /// The temporality before an exporter converts it; nil for a gauge.
        package var temporality: String?
        /// The unit, in UCUM.
        package var unit: String
        /// One sentence.
        package var description: String
        /// The question that it answers.
        package var question: String
        /// `development` or `stable`.
        package var stability: String
        /// `machine`, or `agent` for what the agent reports on itself.
        package var scope: String
        /// Whether each workload has it, too, with attribution.
        package var perWorkload: Bool
        /// When it has points; nil for always.
        package var condition: String?
        /// The upper bounds of its buckets where they are fixed.
        package var bounds: [Double]?
        /// The attributes of its points, in the order of their keys.
        package var attributes: [AttributeEntry]
        /// The name of its samples in Prometheus; a histogram's lacks `_bucket`, `_count` or `_sum`.
        package var prometheus: String
    }

    /// An attribute.
    package struct AttributeEntry: Codable, Hashable, Sendable {
        /// The key.
        package var key: String
        /// `string`, `int` or `boolean`.
        package var type: String
        /// The values that it can have; nil for any.
        package var values: [String]?
        /// Whether each point has it.
        package var required: Bool
        /// What it says.
        package var description: String
        /// The name of the label in Prometheus.
        package var prometheus: String
    }

    /// An attribute of resources.
    package struct ResourceEntry: Codable, Hashable, Sendable {
        /// The key.
        package var key: String
        /// What it says.
        package var description: String
        /// The name of the label in Prometheus.
        package var prometheus: String
    }

    /// Describes the catalogue.
    package init() {
        let machine = Set(Catalogue.machine.map(\.name))
        let workload = Set(Catalogue.workload.map(\.name))
        metrics = Catalogue.all.map {
            MetricEntry($0, isOfMachine: machine.contains($0.name), isPerWorkload: workload.contains($0.name))
        }
        resource = ResourceKey.all.map {
            ResourceEntry(key: $0.key, description: $0.meaning, prometheus: PrometheusName.label($0.key))
        }
    }
}

extension RegistryDocument.MetricEntry {
    fileprivate init(_ definition: MetricDefinition, isOfMachine: Bool, isPerWorkload: Bool) {
        name = definition.name
        kind = definition.kind.instrument
        monotonic = [.counter, .upDownCounter].contains(definition.kind) ? definition.kind == .counter : nil
        temporality = definition.kind.temporality.map { $0 == .cumulative ? "cumulative" : "delta" }
        unit = definition.unit
        description = definition.description
        question = definition.question
        stability = definition.stability.rawValue
        scope = isOfMachine ? "machine" : "agent"
        perWorkload = isPerWorkload
        condition = definition.condition == .always ? nil : definition.condition.description
        bounds = definition.bounds?.values
        attributes = definition.attributes.map(RegistryDocument.AttributeEntry.init)
        prometheus = PrometheusMetricName(definition).samples
    }
}

extension RegistryDocument.AttributeEntry {
    fileprivate init(_ definition: AttributeDefinition) {
        key = definition.key
        required = definition.isRequired
        description = definition.meaning
        prometheus = PrometheusName.label(definition.key)
        switch definition.values {
        case .oneOf(let texts): (type, values) = ("string", texts)
        case .text: (type, values) = ("string", nil)
        case .port, .number: (type, values) = ("int", nil)
        case .flag: (type, values) = ("boolean", ["true"])
        }
    }
}

extension MetricDefinition.Kind {
    /// OpenTelemetry's name of the instrument, as in the semantic conventions.
    fileprivate var instrument: String {
        switch self {
        case .counter: "counter"
        case .upDownCounter: "updowncounter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
