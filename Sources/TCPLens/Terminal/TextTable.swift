/// Columns of text below their names, as wide as what stands in them.
struct TextTable {
    /// A column: its name, and the side that its cells stand on.
    struct Column {
        /// What stands above it.
        var name: String
        /// Whether its cells end below each other, as numbers do.
        var isNumeric = false

        /// A column of text.
        static func text(_ name: String) -> Self { Self(name: name) }

        /// A column of numbers.
        static func number(_ name: String) -> Self { Self(name: name, isNumeric: true) }
    }

    /// The columns, from left to right.
    var columns: [Column]
    /// The cells of each row, as many as there are columns.
    var rows: [[String]] = []
    /// The blanks before each line.
    var indentation = 0

    /// The table, a line for each row and one for the names before them; what is too wide for a line is cut.
    func text(_ style: OutputStyle = OutputStyle()) -> String {
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].name.count) { max($0, $1[column].count) }
        }
        return ([columns.map(\.name)] + rows).map { row in
            let cells = zip(row, zip(columns, widths)).map { cell, place in
                cell.padded(to: place.1, left: place.0.isNumeric)
            }
            let line = String(repeating: " ", count: indentation) + cells.joined(separator: "  ").trimmingEnd()
            return (style.columns.map { style.clip(line, to: $0) } ?? line) + "\n"
        }.joined()
    }
}

extension String {
    /// The text without the blanks at its end.
    fileprivate func trimmingEnd() -> Substring {
        self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)]
    }
}
