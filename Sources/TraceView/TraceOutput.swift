import Probes
internal import Rendering
internal import System

/// Where changes of state are printed, in one of the formats.
struct TraceOutput {
    /// The form of the lines.
    private enum Form {
        case table(TraceTable)
        case json(TraceJSON)
    }

    private var form: Form
    private var lines: [UInt8] = []

    /// Creates an output; colours are for terminals that have them and people who want them.
    init(_ format: TraceFormat, environment: [String: String]) {
        switch format {
        case .json:
            form = .json(TraceJSON(containers: Containers()))
        case .table:
            let style = OutputStyle(.output, environment: environment)
            form = .table(TraceTable(style, containers: Containers()))
        }
    }

    /// Writes what comes before the first change.
    ///
    /// - Throws: ``StandardStream/Failure`` when nobody reads it.
    func begin() throws(StandardStream.Failure) {
        guard case .table(let table) = form else { return }
        try StandardStream.output.write(table.header)
    }

    /// Writes a line for each of `changes`, at once; gives up when `isOver` and nobody reads for `patience`.
    ///
    /// - Returns: How many lines were written.
    /// - Throws: ``StandardStream/Failure`` when they can't be.
    mutating func write(
        _ changes: some Collection<StateChange>,
        patience: Duration,
        isOver: () -> Bool
    ) throws(StandardStream.Failure) -> Int {
        lines.removeAll(keepingCapacity: true)
        switch form {
        case .json(var json):
            for change in changes {
                json.write(change, to: &lines)
            }
            form = .json(json)
        case .table(var table):
            table.resize(columns: StandardStream.output.columns)
            for change in changes {
                table.write(change, to: &lines)
            }
            form = .table(table)
        }
        let written = try StandardStream.output.write(lines, stallLimit: patience, isOver: isOver)
        return written == lines.count ? changes.count : lines[..<written].count { $0 == UInt8(ascii: "\n") }
    }
}
