import Foundation

/// A row of the README's table of questions and queries.
struct TriageQuery {
    /// What is seen; the words in bold.
    let fault: String
    /// The query for VictoriaMetrics.
    let victoriaMetrics: String
    /// The query for Prometheus.
    let prometheus: String

    /// The rows that stand in the README.
    static func all() throws -> [Self] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        return try read(readme)
    }

    /// The rows of the section in `readme`.
    static func read(_ readme: String) throws -> [Self] {
        guard let section = readme.split(separator: "\n## ").first(where: { $0.hasPrefix("Questions and queries\n") })
        else { throw Timeout(description: "the README has no section 'Questions and queries'") }
        return try section.split(separator: "\n").filter { $0.hasPrefix("| **") }.map { line in
            let cells = line.split(separator: " | ")
            guard cells.count == 4, let fault = cells[0].firstMatch(of: /\*\*(.+?)\*\*/)?.1,
                let victoriaMetrics = query(in: cells[2]), let prometheus = query(in: cells[3])
            else { throw Timeout(description: "this is no row of four cells with two queries: \(line)") }
            return Self(fault: String(fault), victoriaMetrics: victoriaMetrics, prometheus: prometheus)
        }
    }

    /// A query without the comparison at its end: what a panel shows, also while all is well; nil if there is none.
    static func withoutComparison(_ query: String) -> String? {
        query.firstMatch(of: /^(.+) (>|==) [0-9.]+$/).map { String($0.1) }
    }

    /// The query in a cell, for an agent whose interval is a second: the README's is a minute, so each range is a sixtieth.
    private static func query(in cell: Substring) -> String? {
        cell.firstMatch(of: /`(.+)`/).map { match in
            String(match.1).replacing(/\[([0-9]+)m\]/) { "[\($0.1)s]" }.replacing(/\[([0-9]+)h\]/) { "[\($0.1)m]" }
        }
    }
}
