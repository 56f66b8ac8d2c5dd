internal import Metrics

/// A label: a name in Prometheus' letters, and what it says.
struct PrometheusLabel: Equatable {
    /// The name.
    var name: String
    /// The value, as it is.
    var value: String

    /// The labels of attributes.
    ///
    /// Values whose keys become the same name are joined by `;` in the order of the keys (OpenTelemetry specification,
    /// `compatibility/prometheus_and_openmetrics.md`, "Metric Attributes").
    static func labels(_ attributes: Attributes) -> [PrometheusLabel] {
        PrometheusLabelNames(of: attributes).names.map { name, places in
            PrometheusLabel(name: name, value: places.map { attributes[$0].value.description }.joined(separator: ";"))
        }
    }
}

/// The names of the labels of all points that have the same keys.
struct PrometheusLabelNames {
    /// Each name with the places of its attributes, usually one.
    let names: [(name: String, places: [Int])]
    private let keys: [String]

    /// Translates the keys of `attributes`; a name in `taken` gets a word before it, as Prometheus does with names of its own.
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

    /// Whether these are the names for `attributes`.
    func fit(_ attributes: Attributes) -> Bool {
        attributes.count == keys.count && zip(attributes, keys).allSatisfy { $0.key == $1 }
    }
}
