extension FindingDocument {
    /// The findings as a page of documentation: you see this, it means that, do so.
    package var markdown: String {
        var lines = [
            "<!-- Made by `tcplens explain --list --format markdown`. Do not edit it. -->", "# Triage", "",
            "What can be wrong, how it shows, what it means and what to do. `tcplens explain` looks for all of this and",
            "says what it found; the alerts in `deploy/prometheus` are made from the same table. A cause stands before",
            "what follows from it: of several findings, look at the first one first.", "",
            "The queries are for the default interval of 60 s, and for Prometheus, where `job` and `instance` tell hosts",
            "apart. In VictoriaMetrics write `host_name` instead of both.", "", "| you see | alert | first look |",
            "|---|---|---|",
        ]
        lines += findings.map { finding in
            let command = finding.command.map { "`\($0)`" } ?? ""
            return "| [\(finding.title)](#\(finding.id)) | `\(finding.alert)` | \(command) |"
        }
        return (lines + findings.flatMap(\.section)).joined(separator: "\n") + "\n"
    }
}

extension FindingDocument.Entry {
    fileprivate var section: [String] {
        var lines = ["", "<a id=\"\(id)\"></a>", "", "## \(title)", ""] + meaning.lines()
        lines += [""] + "**What to do.** \(remedy)".lines()
        if let command { lines += ["", "    \(command)"] }
        let patience = self.patience == 60 ? "a minute" : "\(self.patience / 60) minutes"
        lines += [""] + "**How it shows**, for \(patience) (\(severity)). \(reason)".lines()
        for check in checks {
            let factor = check.factor.map { ", and \($0.plain) times what it usually is" } ?? ""
            let ceiling = check.ceiling.map { " (above \(check.measure.text($0)): whatever is usual)" } ?? ""
            let baseline = factor + ceiling
            lines += ["", "Above \(check.measure.text(check.threshold))\(baseline):", "", "    \(check.query)"]
        }
        for evidence in evidence {
            lines += ["", "Look also at \(evidence.title).", "", "    \(evidence.query)"]
        }
        return lines
    }
}

extension Finding.Measure {
    /// A value in words.
    ///
    /// - Parameter value: The value, in the unit of the measure.
    /// - Returns: The number with its unit, such as `12 %`.
    package func text(_ value: Double) -> String {
        switch self {
        case .count: value.plain
        case .perSecond: "\(value.plain)/s"
        case .share: "\((value * 100).plain) %"
        case .duration:
            value >= 1 ? "\(value.plain) s" : value >= 0.001 ? "\((value * 1e3).plain) ms" : "\((value * 1e6).plain) us"
        }
    }
}

extension Double {
    /// The number with three digits that count, without a needless point.
    fileprivate var plain: String {
        guard isFinite else { return isNaN ? "?" : "no limit" }
        guard magnitude < 100 else { return magnitude < 1e15 ? "\(Int64(rounded()))" : "\(self)" }
        let scale = magnitude >= 10 ? 10.0 : 100.0
        let value = (self * scale).rounded() / scale
        return value == value.rounded() ? "\(Int64(value))" : "\(value)"
    }
}
