import Probes

/// A snapshot for people: a row for each state, a column for each type.
struct SnapshotTable {
    /// The order of the rows: that of a connection's life, listeners last.
    static let states: [ConnectionState] = [
        .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closeWait, .lastAck, .closing, .listen,
    ]

    private let rows: [[String]]

    /// Lays out `counts`, states without connections only if `all` is true.
    init(_ counts: ConnectionCounts, all: Bool) {
        let states = Self.states.filter { all || counts[$0] > 0 }
        let body = states.map { state in
            [state.kernelName] + NetworkType.allCases.map { "\(counts[state, $0])" } + ["\(counts[state])"]
        }
        let total = ["TOTAL"] + NetworkType.allCases.map { "\(counts[$0])" } + ["\(counts.total)"]
        rows = [["STATE", "IPV4", "IPV6", "TOTAL"]] + body + [total]
    }

    /// The table, a line for each row: the names to the left, the numbers to the right.
    var text: String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
