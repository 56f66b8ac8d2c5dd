internal import Metrics
internal import PrometheusNames

/// A label: a name in Prometheus' character set, and a value.
struct PrometheusLabel: Equatable {
    /// The name.
    var name: String
    /// The value, unescaped.
    var value: String

    /// Translates attributes.
    ///
    /// Values whose keys become the same name are joined with `;` in the order of the keys (OpenTelemetry
    /// specification, `compatibility/prometheus_and_openmetrics.md`, "Metric Attributes").
    static func labels(_ attributes: Attributes) -> [PrometheusLabel] {
        PrometheusLabelNames(of: attributes).names.map { name, places in
            PrometheusLabel(name: name, value: places.map { attributes[$0].value.description }.joined(separator: ";"))
        }
    }
}

/// The label names for all points with the same keys.
struct PrometheusLabelNames {
    /// Each name with the indexes of its attributes, usually one.
    let names: [(name: String, places: [Int])]
    private let keys: [String]

    /// Translates the keys of `attributes`.
    ///
    /// A name in `taken` gets a prefix, as Prometheus does for its own label names.
    init(of attributes: Attributes, taken: Set<String> = []) {
        var names: [(name: String, places: [Int])] = []
        for (place, attribute) in attributes.enumerated() {
            let label = PrometheusName.label(attribute.key)
            let name = taken.contains(label) ? "exported_\(label)" : label
            if let index = names.firstIndex(where: { $0.name == name }) {
                names[index].places.append(place)
            } else {
                names.append((name, [place]))
            }
        }
        self.names = names
        keys = attributes.map(\.key)
    }

    /// Whether these names are for the keys of `attributes`.
    func fit(_ attributes: Attributes) -> Bool {
        attributes.count == keys.count && zip(attributes, keys).allSatisfy { $0.key == $1 }
    }
}
