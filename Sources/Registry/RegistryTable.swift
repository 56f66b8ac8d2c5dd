package import Rendering

extension RegistryDocument {
    /// The metrics as a table: a line each.
    ///
    /// - Parameter style: The width and the colours of the terminal.
    /// - Returns: The lines, each ended.
    package func table(_ style: OutputStyle) -> String {
        var table = TextTable(columns: [.text("METRIC"), .text("KIND"), .text("UNIT"), .text("ATTRIBUTES")])
        table.rows = metrics.map { metric in
            [metric.name, metric.kind, metric.unit, metric.attributes.map(\.key).joined(separator: ", ")]
        }
        return table.text(style)
    }

    /// One metric in full.
    ///
    /// - Parameter name: Its name, or its name in Prometheus with or without a histogram's suffix.
    /// - Returns: Lines of text; nil if no metric has this name.
    package func details(of name: String) -> String? {
        guard let metric = metrics.first(where: { $0.answers(to: name) }) else { return nil }
        var lines = [
            metric.name, "  \(metric.description)", "",
            "  kind        \(metric.kind)\(metric.temporality.map { ", \($0)" } ?? "")",
            "  unit        \(metric.unit)",
            "  stability   \(metric.stability)",
            "  Prometheus  \(metric.samples.joined(separator: ", "))",
            "  answers     \(metric.question)",
        ]
        if let condition = metric.condition { lines.append("  needs       \(condition)") }
        if !metric.attributes.isEmpty { lines += ["", "  attributes"] }
        for attribute in metric.attributes {
            let note = attribute.required ? "" : " (not on each point)"
            lines.append("    \(attribute.key)\(note): \(attribute.description)")
            if let values = attribute.values { lines.append("      \(values.joined(separator: ", "))") }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension RegistryDocument.MetricEntry {
    /// The names of its series in Prometheus.
    package var samples: [String] {
        kind == "histogram" ? ["_bucket", "_count", "_sum"].map { prometheus + $0 } : [prometheus]
    }

    fileprivate func answers(to name: String) -> Bool {
        name == self.name || name == prometheus || samples.contains(name)
    }
}
