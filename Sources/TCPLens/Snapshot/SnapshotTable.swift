import Probes

/// A snapshot for people: a row for each state, a column for each type.
struct SnapshotTable {
    /// The order of the rows: that of a connection's life, listeners last.
    static let states: [ConnectionState] = [
        .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closeWait, .lastAck, .closing, .listen,
    ]

    private let table: TextTable

    /// Lays out `counts`, states without connections only if `all` is true.
    init(_ counts: ConnectionCounts, all: Bool) {
        let states = Self.states.filter { all || counts[$0] > 0 }
        let body = states.map { state in
            [state.kernelName] + NetworkType.allCases.map { "\(counts[state, $0])" } + ["\(counts[state])"]
        }
        let total = ["TOTAL"] + NetworkType.allCases.map { "\(counts[$0])" } + ["\(counts.total)"]
        table = TextTable(
            columns: [.text("STATE"), .number("IPV4"), .number("IPV6"), .number("TOTAL")],
            rows: body + [total]
        )
    }

    /// The table, a line for each row: the names to the left, the numbers to the right.
    var text: String { table.text() }
}
