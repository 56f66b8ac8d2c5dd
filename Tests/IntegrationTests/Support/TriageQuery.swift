import Foundation

/// A row of the README's table of questions and queries.
struct TriageQuery {
    /// The name of the fault: the text in bold.
    let fault: String
    /// The query for VictoriaMetrics.
    let victoriaMetrics: String
    /// The query for Prometheus.
    let prometheus: String

    /// All rows of the table.
    static func all() throws -> [Self] {
        try Readme.section("Questions and queries").filter { $0.hasPrefix("| **") }.map { line in
            let cells = Readme.cells(of: line)
            guard cells.count == 4, let fault = cells[0].firstMatch(of: /\*\*(.+?)\*\*/)?.1,
                let victoriaMetrics = query(in: cells[2]), let prometheus = query(in: cells[3])
            else { throw Timeout(description: "this is no row of four cells with two queries: \(line)") }
            return Self(fault: String(fault), victoriaMetrics: victoriaMetrics, prometheus: prometheus)
        }
    }

    /// A query without the comparison at its end, which has values while all is well; nil if it has no comparison.
    static func withoutComparison(_ query: String) -> String? {
        query.firstMatch(of: /^(.+) (>|==) [0-9.]+$/).map { String($0.1) }
    }

    /// The query in a cell, with each time divided by 60, for an agent whose interval is a second instead of a minute.
    private static func query(in cell: Substring) -> String? {
        cell.firstMatch(of: /`(.+)`/).map { match in
            String(match.1).replacing(/([\[:])([0-9]+)m/) { "\($0.1)\($0.2)s" }
                .replacing(/([\[:])([0-9]+)h/) { "\($0.1)\($0.2)m" }
        }
    }
}
