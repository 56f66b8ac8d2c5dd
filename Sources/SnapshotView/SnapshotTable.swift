package import Readings
import Rendering

/// A snapshot as text: a row for each state, a column for each type.
package struct SnapshotTable {
    /// The order of the rows: the order of a connection's life, with listeners last.
    package static let states: [ConnectionState] = [
        .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closeWait, .lastAck, .closing, .listen,
    ]

    /// The longest bar.
    private static let longestBar = 30

    private let counts: ConnectionCounts
    private let states: [ConnectionState]
    private var table: TextTable

    /// Lays out `counts`.
    ///
    /// States without connections are included if `all` is true.
    init(_ counts: ConnectionCounts, all: Bool) {
        self.counts = counts
        states = Self.states.filter { all || counts[$0] > 0 }
        let body = states.map { state in
            [state.kernelName] + NetworkType.allCases.map { "\(counts[state, $0])" } + ["\(counts[state])"]
        }
        let total = ["TOTAL"] + NetworkType.allCases.map { "\(counts[$0])" } + ["\(counts.total)"]
        table = TextTable(
            columns: [.text("STATE"), .number("IPV4"), .number("IPV6"), .number("TOTAL")],
            rows: body + [total]
        )
    }

    /// The table, a line for each row: the names on the left, the numbers on the right.
    var text: String { table.text() }

    /// The number of lines.
    var lines: Int { table.rows.count + 1 }

    /// The table with the share of each state, as a number and as a bar.
    func textWithShares(_ style: OutputStyle) -> String {
        var table = table
        table.columns.append(.number("SHARE"))
        let shares = states.map { BarText.share(counts[$0], of: counts.total) }
        table.rows = zip(table.rows, shares + [""]).map { $0 + [$1] }
        let room = style.columns.map { $0 - table.width - 2 } ?? Self.longestBar
        let bars = states.map { state in
            let fraction = Double(counts[state]) / Double(max(counts.total, 1))
            return BarText.bar(fraction, width: min(room, Self.longestBar), style)
        }
        table.columns.append(.text(""))
        table.rows = zip(table.rows, bars + [""]).map { $0 + [$1] }
        for (row, state) in states.enumerated() where state.isStriking(in: counts) {
            for column in table.columns.indices { table.colours[.init(row: row, column: column)] = .yellow }
        }
        return table.text(style)
    }
}

extension ConnectionState {
    /// Whether so many connections are in this state, in which they should not stay, that the user should look at it.
    package func isStriking(in counts: ConnectionCounts) -> Bool {
        let count = counts[self]
        return self != .established && self != .listen && count >= 100 && count >= counts.total / 2
    }
}
