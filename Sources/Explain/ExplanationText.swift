import Findings
package import Rendering
import System

/// An explanation for people.
package struct ExplanationText {
    /// More groups of one finding than this only say that there are more.
    private static let mostGroups = 5

    private let explanation: Explanation
    private let style: OutputStyle

    /// Creates a text for an output.
    package init(_ explanation: Explanation, _ style: OutputStyle) {
        (self.explanation, self.style) = (explanation, style)
    }

    /// The whole text, with a line break at its end.
    package var text: String {
        var lines: [String] = []
        if let silence { lines += [style.paint("No data now", .yellow)] + indented(silence) + [""] }
        if explanation.findings.isEmpty {
            lines.append(style.paint("Nothing is wrong with TCP", .green) + (hosts.map { " on \($0)." } ?? "."))
        } else {
            for (number, group) in groups.enumerated() {
                lines += section(number + 1, group) + [""]
            }
        }
        lines += lookedAt.lines(of: width)
        return lines.joined(separator: "\n") + "\n"
    }

    private var width: Int { min(style.columns ?? 80, 80) }

    /// The findings, each with all its groups.
    private var groups: [[Explanation.Found]] {
        explanation.findings.reduce(into: []) { groups, found in
            if let last = groups.last?.first, last.finding == found.finding {
                groups[groups.count - 1].append(found)
            } else {
                groups.append([found])
            }
        }
    }

    private func section(_ number: Int, _ group: [Explanation.Found]) -> [String] {
        guard let finding = group.first?.finding else { return [] }
        let colour: OutputStyle.Colour = finding.severity == .critical ? .red : .yellow
        var lines = ["\(number). " + style.paint(finding.title, colour) + " (\(finding.severity.rawValue))"]
        let causes = Set(group.flatMap(\.follows)).sorted()
        if !causes.isEmpty {
            lines += indented("It probably follows from: \(causes.joined(separator: ", ")).")
        }
        for found in group.prefix(Self.mostGroups) {
            if let place = found.place.text { lines.append("   on \(show(place))") }
            lines += found.evidence.flatMap { indented(show($0.text), hanging: 2) }
        }
        if group.count > Self.mostGroups { lines.append("   and for \(group.count - Self.mostGroups) more groups") }
        lines += indented(finding.meaning) + indented("What to do: \(finding.remedy)")
        if let command = finding.command { lines.append("   Next: " + style.paint(command, .bold)) }
        return lines
    }

    /// A paragraph below the title of a finding.
    private func indented(_ text: String, hanging: Int = 0) -> [String] {
        let first = String(repeating: " ", count: 3 + hanging)
        let rest = String(repeating: " ", count: 3 + 2 * hanging)
        return text.lines(of: width - rest.count).enumerated().map { ($0.offset == 0 ? first : rest) + $0.element }
    }

    /// Labels come from the backend, and may be anything.
    private func show(_ text: String) -> String { style.showable(text.printable()) }

    /// Who says nothing now; nil if all do.
    private var silence: String? {
        let silent = explanation.scope.silent
        guard !silent.isEmpty else { return nil }
        let names = silent.prefix(Self.mostGroups).map(show).joined(separator: ", ")
        let more = silent.count > Self.mostGroups ? " and \(silent.count - Self.mostGroups) more" : ""
        return "from \(names)\(more): has the agent or the host ended? What follows is not about them."
    }

    private var hosts: String? {
        let scope = explanation.scope
        let silent = scope.silent.count
        if silent > 0 { return scope.hosts - silent == 1 ? "the other host" : "\(scope.hosts - silent) other hosts" }
        return scope.hosts == 1 ? nil : "\(scope.hosts) hosts"
    }

    private var lookedAt: String {
        let scope = explanation.scope
        let hosts = "\(scope.hosts) \(scope.hosts == 1 ? "host" : "hosts")"
        var text =
            "Looked for \(scope.findings) faults in \(scope.signals) signals of \(scope.series) series from \(hosts), "
        text += "\((scope.end - Double(scope.seconds)).clock) to \(scope.end.clock) UTC"
        text +=
            scope.baseline.map { ", compared with the \(Duration.seconds($0).inWords) before" }
            ?? ", without a baseline"
        text += "."
        if !scope.missing.isEmpty { text += " Not looked for: \(scope.missing.joined(separator: "; "))." }
        return text
    }
}

extension Place {
    /// The place in words: the host, then what else tells it apart; nil if there is nothing.
    fileprivate var text: String? {
        let parts = [host].compactMap(\.self) + labels.map { "\($0.name) \($0.value)" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}

extension Explanation.Value {
    /// The value in words, such as `tcplens.rtt: now 12 ms, baseline 2 ms, factor 6`.
    fileprivate var text: String {
        let name = title ?? metrics.joined(separator: " / ")
        let labels =
            labels.isEmpty ? "" : " (\(labels.sorted { $0.key < $1.key }.map(\.value).joined(separator: ", ")))"
        var text = "\(name)\(labels): now \(now.map(measure.text) ?? "?")"
        if let baseline { text += ", baseline \(measure.text(baseline))" }
        if let factor { text += ", factor \(Finding.Measure.count.text(factor))" }
        return text
    }
}
