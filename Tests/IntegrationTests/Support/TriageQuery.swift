import Findings
import Foundation

/// A query about a fault, for two backends, of the table of findings or of the README.
struct TriageQuery {
    /// The title of the finding, or the text in bold in the README.
    let fault: String
    /// The query for VictoriaMetrics, and without its comparison.
    let victoriaMetrics: (query: String, panel: String?)
    /// The query for Prometheus, and without its comparison.
    let prometheus: (query: String, panel: String?)

    /// The queries of all findings, and those of the README's table.
    static func all() throws -> [Self] {
        let findings = Finding.all.map { finding in
            Self(
                fault: finding.title,
                victoriaMetrics: queries(finding, identity: "host_name"),
                prometheus: queries(finding, identity: "job", "instance")
            )
        }
        return try findings + readme()
    }

    /// For an agent whose interval is a second instead of a minute.
    private static func queries(_ finding: Finding, identity: String...) -> (query: String, panel: String?) {
        let frame = QueryFrame(identity: identity, range: "5s", step: "1s")
        let checks = finding.checks.map { "\($0.signal.promQL(frame)) > \($0.threshold)" }
        return (checks.joined(separator: " and "), finding.checks.first?.signal.promQL(frame))
    }

    private static func readme() throws -> [Self] {
        try Readme.section("Questions and queries").filter { $0.hasPrefix("| **") }.map { line in
            let cells = Readme.cells(of: line)
            guard cells.count == 4, let fault = cells[0].firstMatch(of: /\*\*(.+?)\*\*/)?.1,
                let victoriaMetrics = query(in: cells[2]), let prometheus = query(in: cells[3])
            else { throw Timeout(description: "this is no row of four cells with two queries: \(line)") }
            return Self(
                fault: String(fault),
                victoriaMetrics: (victoriaMetrics, withoutComparison(victoriaMetrics)),
                prometheus: (prometheus, withoutComparison(prometheus))
            )
        }
    }

    /// A query without the comparison at its end, which has values while all is well; nil if it has no comparison.
    private static func withoutComparison(_ query: String) -> String? {
        query.firstMatch(of: /^(.+) (>|==) [0-9.]+$/).map { String($0.1) }
    }

    /// The query in a cell, with each time divided by 60.
    private static func query(in cell: Substring) -> String? {
        cell.firstMatch(of: /`(.+)`/).map { match in
            String(match.1).replacing(/([\[:])([0-9]+)m/) { "\($0.1)\($0.2)s" }
                .replacing(/([\[:])([0-9]+)h/) { "\($0.1)\($0.2)m" }
        }
    }
}
