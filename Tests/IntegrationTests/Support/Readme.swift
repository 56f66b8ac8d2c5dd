import Foundation

/// The tables of the README, which tests compare with the program.
enum Readme {
    /// The lines of the section with this title.
    static func section(_ title: String) throws -> [Substring] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        guard let section = text.split(separator: "\n## ").first(where: { $0.hasPrefix("\(title)\n") }) else {
            throw Timeout(description: "the README has no section '\(title)'")
        }
        return section.split(separator: "\n")
    }

    /// The cells of a row of a table.
    static func cells(of line: Substring) -> [Substring] {
        line.dropFirst(2).dropLast(1).split(separator: "| ", omittingEmptySubsequences: false)
    }

    /// The texts between back quotes in `text`.
    static func quoted(in text: Substring) -> [String] {
        text.matches(of: /`([^`]+)`/).map { String($0.1) }
    }

    /// A metric in a table of "What it exports".
    struct Metric {
        /// Its unit.
        var unit: String
        /// The keys of its attributes.
        var keys: Set<String>
        /// The other texts in back quotes, which are values of the attributes.
        var values: Set<String>
    }

    /// The metrics of all tables by name, and the values that attributes of several metrics have, by key.
    static func exports() throws -> (metrics: [String: Metric], values: [String: Set<String>]) {
        var (metrics, common) = ([String: Metric](), [String: Set<String>]())
        var last = Metric(unit: "", keys: [], values: [])
        for cells in try section("What it exports").filter({ $0.hasPrefix("| `") }).map(cells) {
            guard cells.count == 3 else {
                for key in quoted(in: cells[0]) { common[key] = Set(quoted(in: cells[1])) }
                continue
            }
            let units = quoted(in: cells[1])
            let (keys, values) = partition(quoted(in: cells[2]))
            let isSame = cells[2].hasPrefix("the same")
            last.keys = keys.union(isSame ? last.keys : [])
            last.values = values.union(isSame ? last.values : [])
            for (index, name) in names(in: cells[0]).enumerated() {
                last.unit = index < units.count ? units[index] : units.last ?? ""
                metrics[name] = last
            }
        }
        return (metrics, common)
    }

    /// The names in a first cell.
    ///
    /// `.limit` stands for the previous name with its last part replaced.
    private static func names(in cell: Substring) -> [String] {
        quoted(in: cell).reduce(into: []) { names, text in
            if text.hasPrefix("."), let before = names.last, let dot = before.lastIndex(of: ".") {
                names.append(before[..<dot] + text)
            } else if text.starts(with: /(tcplens|system|process|otel)\./) {
                names.append(text)
            }
        }
    }

    /// Divides texts into keys, which have dots, and others.
    private static func partition(_ texts: [String]) -> (keys: Set<String>, values: Set<String>) {
        let keys = Set(texts.filter { $0.contains(".") })
        return (keys, Set(texts).subtracting(keys))
    }
}
