import Probes
internal import Readings
import Rendering

/// The groups of a snapshot as text: a row for each, largest first, and a column for each important state.
struct GroupTable {
    /// The shortest width to which a name is cut.
    private static let shortestName = 20

    /// The heading of the names.
    var title: String
    /// Whether names are paths of cgroups, or as long, and from outside.
    var isOfPaths = false
    /// The groups, with their names.
    var rows: [(name: String, counts: ConnectionCounts)]
    /// Whether to show states without connections.
    var all = false

    /// The table.
    ///
    /// If the line is too short for all states, those with the fewest connections are added up.
    func text(_ style: OutputStyle) -> String {
        let all = rows.reduce(into: ConnectionCounts()) { $0.add($1.counts) }
        let states = SnapshotTable.states.enumerated().filter { self.all || all[$0.element] > 0 }
            .sorted { (all[$1.element], $0.offset) < (all[$0.element], $1.offset) }
            .map(\.element)
        var count = states.count
        var table = table(states, style)
        while let columns = style.columns, table.width > columns, count > 1 {
            count -= 1
            table = self.table(Array(states[..<count]), rest: states[count...], style)
        }
        return table.text(style)
    }

    private func table(_ states: [ConnectionState], rest: ArraySlice<ConnectionState> = [], _ style: OutputStyle)
        -> TextTable
    {
        let numbers = [TextTable.Column.number("TOTAL")] + states.map { .number($0.kernelName) }
        var table = TextTable(columns: [.text(title)] + numbers + (rest.isEmpty ? [] : [.number("OTHER")]))
        let limit = style.columns.map { max(Self.shortestName, $0 * 2 / 5) }
        for (place, row) in rows.enumerated() {
            let name = isOfPaths ? CgroupText.text(row.name, to: limit, style) : row.name
            let total = ["\(row.counts.total)"] + states.map { "\(row.counts[$0])" }
            let others = rest.isEmpty ? [] : ["\(rest.reduce(0) { $0 + row.counts[$1] })"]
            table.rows.append([name] + total + others)
            for (column, state) in states.enumerated() where state.isStriking(in: row.counts) {
                table.colours[.init(row: place, column: column + 2)] = .yellow
            }
        }
        return table
    }
}
