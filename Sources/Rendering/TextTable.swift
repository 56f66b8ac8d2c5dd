/// A table of text: columns with headings, as wide as their cells.
package struct TextTable {
    /// A column: its heading, and the alignment of its cells.
    package struct Column {
        /// The heading.
        package var name: String
        /// Whether its cells are aligned to the right, such as numbers.
        package var isNumeric = false

        /// Creates a column.
        package init(name: String, isNumeric: Bool = false) {
            (self.name, self.isNumeric) = (name, isNumeric)
        }

        /// A column of text.
        package static func text(_ name: String) -> Self { Self(name: name) }

        /// A column of numbers.
        package static func number(_ name: String) -> Self { Self(name: name, isNumeric: true) }
    }

    /// The columns, from left to right.
    package var columns: [Column]
    /// The cells of each row; every row has one for each column.
    package var rows: [[String]] = []
    /// The number of spaces before each line.
    package var indentation = 0
    /// The colours of cells, by row and column.
    package var colours: [Place: OutputStyle.Colour] = [:]

    /// Creates a table.
    package init(
        columns: [Column],
        rows: [[String]] = [],
        indentation: Int = 0,
        colours: [Place: OutputStyle.Colour] = [:]
    ) {
        (self.columns, self.rows, self.indentation, self.colours) = (columns, rows, indentation, colours)
    }

    /// The place of a cell.
    package struct Place: Hashable {
        /// The index of the row, without the headings.
        package var row: Int
        /// The index of the column.
        package var column: Int

        /// Creates the place of a cell.
        package init(row: Int, column: Int) {
            (self.row, self.column) = (row, column)
        }
    }

    /// The table: a line with the headings, and one for each row.
    ///
    /// Lines that are too wide are cut.
    package func text(_ style: OutputStyle = OutputStyle()) -> String {
        let widths = widths
        let names = style.paint(line(columns.map(\.name), widths, style), .bold) + "\n"
        return rows.indices.reduce(into: names) { text, row in
            let colours = columns.indices.map { self.colours[Place(row: row, column: $0)] }
            text += painted(line(rows[row], widths, style), colours, widths, style) + "\n"
        }
    }

    /// The width of the widest line in characters.
    package var width: Int {
        indentation + widths.reduce(0, +) + Self.gap.count * max(0, columns.count - 1)
    }

    private static let gap = "  "

    private var widths: [Int] {
        columns.indices.map { column in
            rows.reduce(columns[column].name.count) { max($0, $1[column].count) }
        }
    }

    private func line(_ cells: [String], _ widths: [Int], _ style: OutputStyle) -> String {
        let padded = zip(cells, zip(columns, widths)).map { cell, place in
            cell.padded(to: place.1, left: place.0.isNumeric)
        }
        let line = String(repeating: " ", count: indentation) + padded.joined(separator: Self.gap).trimmingEnd()
        return style.columns.map { style.clip(line, to: $0) } ?? line
    }

    /// The line with the colours of its cells.
    private func painted(_ line: String, _ colours: [OutputStyle.Colour?], _ widths: [Int], _ style: OutputStyle)
        -> String
    {
        guard style.isColoured, colours.contains(where: { $0 != nil }) else { return line }
        var (rest, painted) = (line[...], String(line.prefix(indentation)))
        rest = rest.dropFirst(indentation)
        for (colour, width) in zip(colours, widths) {
            let cell = String(rest.prefix(width))
            painted += colour.map { style.paint(cell, $0) } ?? cell
            rest = rest.dropFirst(width)
            painted += rest.prefix(Self.gap.count)
            rest = rest.dropFirst(Self.gap.count)
        }
        return painted
    }
}
