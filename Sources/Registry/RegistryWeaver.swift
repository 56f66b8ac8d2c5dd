extension RegistryDocument {
    /// The catalogue as a definition file of OpenTelemetry Weaver (format `definition/2`).
    ///
    /// Attributes and metrics of the semantic conventions are imported from the registry that the manifest names.
    package var weaver: String {
        var lines = [
            "# Made by `tcplens metrics --format weaver`. Do not edit it.", "file_format: definition/2", "",
            "imports:", "  metrics:",
        ]
        lines += metrics.filter(\.isConvention).map { "  - \($0.name)" }
        lines += ["", "attributes:"] + ownAttributes.flatMap(\.definition)
        lines += ["", "metrics:"] + metrics.filter { !$0.isConvention }.flatMap(\.definition)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The attributes that are not of the semantic conventions, once each, with all values that any metric has.
    private var ownAttributes: [AttributeEntry] {
        var found: [AttributeEntry] = []
        for attribute in metrics.flatMap(\.attributes) where attribute.key.hasPrefix("tcplens.") {
            if let place = found.firstIndex(where: { $0.key == attribute.key }) {
                let others = (attribute.values ?? []).filter { found[place].values?.contains($0) == false }
                found[place].values?.append(contentsOf: others)
            } else {
                found.append(attribute)
            }
        }
        return found.sorted { $0.key < $1.key }
    }
}

extension RegistryDocument.AttributeEntry {
    fileprivate var definition: [String] {
        var lines = ["- key: \(key)"]
        if let values {
            lines += ["  type:", "    members:"]
            for value in values {
                lines += [
                    "    - id: \(value.trimmingPrefix("_").lowercased())", "      value: \(value)",
                    "      stability: development",
                ]
            }
        } else {
            lines.append("  type: \(type)")
            if type == "string" { lines.append("  examples: [\"…\"]") }
        }
        return lines + ["  stability: development", "  brief: \(description.quoted)"]
    }
}

extension RegistryDocument.MetricEntry {
    /// Whether OpenTelemetry's semantic conventions define it.
    fileprivate var isConvention: Bool { !name.hasPrefix("tcplens.") }

    fileprivate var definition: [String] {
        var lines = [
            "- name: \(name)", "  instrument: \(kind)", "  unit: \(unit.quoted)", "  stability: \(stability)",
            "  brief: \(description.quoted)", "  note: \(question.quoted)",
        ]
        if !attributes.isEmpty { lines.append("  attributes:") }
        for attribute in attributes {
            lines.append("  - ref: \(attribute.key)")
            lines.append("    requirement_level: \(attribute.required ? "required" : "recommended")")
        }
        lines += ["  annotations:", "    prometheus: \(prometheus)", "    scope: \(scope)"]
        if let condition { lines.append("    condition: \(condition.quoted)") }
        return lines
    }
}

extension String {
    /// The text as a YAML scalar in double quotes.
    fileprivate var quoted: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
