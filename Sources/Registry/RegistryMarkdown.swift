extension RegistryDocument {
    /// The catalogue as a page of documentation.
    package var markdown: String {
        var lines = [
            "<!-- Made by `tcplens metrics --format markdown`. Do not edit it. -->", "# Metrics", "",
            "Each metric under the name that OTLP has, and under its name in Prometheus and in backends that use its",
            "names. The attributes of a series never change while it lasts. A counter and a histogram are cumulative",
            "unless `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` says otherwise; `delta` is not for Prometheus,",
            "Mimir and VictoriaMetrics, which compute rates from what is cumulative.", "",
            "A range must cover four intervals at least: `[5m]` fits the default interval of 60 s, and `[1m]` that of",
            "`--interval 10s`. A histogram has the series `_bucket`, `_count` and `_sum`.", "",
            "## Which metric answers what",
            "", "| question | metric |", "|---|---|",
        ]
        lines += metrics.map { "| \($0.question) | [`\($0.name)`](#\($0.anchor)) |" }
        lines += section("Of the machine, and of each workload", metrics.filter { $0.scope == "machine" })
        lines += section("Of the agent itself", metrics.filter { $0.scope == "agent" })
        lines += attributeSection + resourceSection
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ title: String, _ metrics: [MetricEntry]) -> [String] {
        ["", "## \(title)"] + metrics.flatMap(\.section)
    }

    private var attributeSection: [String] {
        var lines = [
            "", "## Attributes", "", "| attribute | in Prometheus | meaning | values |", "|---|---|---|---|",
        ]
        var seen: Set<String> = []
        for attribute in metrics.flatMap(\.attributes).sorted(by: { $0.key < $1.key })
        where seen.insert(attribute.key).inserted {
            let all = metrics.flatMap(\.attributes).filter { $0.key == attribute.key }
            var values: [String] = []
            for value in all.flatMap({ $0.values ?? [] }) where !values.contains(value) { values.append(value) }
            let text = values.isEmpty ? "any \(attribute.type)" : values.map { "`\($0)`" }.joined(separator: ", ")
            lines.append("| `\(attribute.key)` | `\(attribute.prometheus)` | \(attribute.description) | \(text) |")
        }
        return lines
    }

    private var resourceSection: [String] {
        [
            "", "## Resource attributes", "",
            "Prometheus has them in `target_info`, unless it promotes them to labels; VictoriaMetrics has each as a label.",
            "Promote `host.name` and `service.name`: with these two TCP metrics join those of HTTP.", "",
            "| attribute | in Prometheus | meaning |", "|---|---|---|",
        ] + resource.map { "| `\($0.key)` | `\($0.prometheus)` | \($0.description) |" }
    }
}

extension RegistryDocument.MetricEntry {
    /// The place of its section, as Markdown names it.
    fileprivate var anchor: String { name.filter { $0 != "." } }

    fileprivate var section: [String] {
        let names = samples.map { "`\($0)`" }.joined(separator: ", ")
        let form = ([kind] + [temporality].compactMap(\.self)).joined(separator: ", ")
        var lines = [
            "", "### `\(name)`", "", description, "",
            "| kind | unit | stability | in Prometheus | needs |", "|---|---|---|---|---|",
            "| \(form) | `\(unit)` | \(stability) | \(names) | \(condition ?? "nothing") |",
        ]
        if !attributes.isEmpty { lines += ["", "| attribute | label | values |", "|---|---|---|"] }
        for attribute in attributes {
            let values = attribute.values?.map { "`\($0)`" }.joined(separator: ", ") ?? "any \(attribute.type)"
            let note = attribute.required ? "" : " (not on each point)"
            lines.append("| `\(attribute.key)`\(note) | `\(attribute.prometheus)` | \(values) |")
        }
        return lines
    }
}
