internal import Metrics

/// A metric as the catalogue has it: what its points have in common.
struct CataloguedMetric {
    /// The name; a contract with dashboards and alerts.
    let name: String
    /// One sentence for people.
    let description: String
    /// The unit, in UCUM.
    let unit: String
}

extension CataloguedMetric {
    static let connectionCount = CataloguedMetric(
        name: "system.network.connection.count",
        description: "TCP connections by state.",
        unit: "{connection}"
    )

    static let transitions = CataloguedMetric(
        name: "tcplens.connection.transitions",
        description: "Changes of state of TCP connections.",
        unit: "{transition}"
    )
}

extension Metric {
    /// Creates a metric of the catalogue.
    init(_ metric: CataloguedMetric, _ data: Data) {
        self.init(name: metric.name, description: metric.description, unit: metric.unit, data: data)
    }
}

/// The keys of the attributes that the catalogue uses.
enum AttributeKey {
    static let transport = "network.transport"
    static let type = "network.type"
    static let state = "network.connection.state"
    static let previousState = "tcplens.connection.state.previous"
}
