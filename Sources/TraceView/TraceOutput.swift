import Probes
internal import Rendering
internal import System
import Workloads

/// Prints changes of state in one of the formats.
struct TraceOutput {
    /// The writer of the format.
    private enum Form {
        case table(TraceTable)
        case json(TraceJSON)
    }

    private var form: Form
    private var lines: [UInt8] = []

    /// Creates an output.
    ///
    /// Colours are used if the terminal and the user allow them. Beyond the own namespace, workloads are named.
    init(_ format: TraceFormat, _ scope: ObservationScope, environment: [String: String]) {
        let workloads = scope == .node ? WorkloadDirectory() : nil
        switch format {
        case .json:
            form = .json(TraceJSON(containers: Containers(), workloads: workloads))
        case .table:
            let style = OutputStyle(.output, environment: environment)
            form = .table(TraceTable(style, containers: Containers(), workloads: workloads))
        }
    }

    /// Writes the text before the first change.
    ///
    /// - Throws: ``StandardStream/Failure`` when nobody reads it.
    func begin() throws(StandardStream.Failure) {
        guard case .table(let table) = form else { return }
        try StandardStream.output.write(table.header)
    }

    /// Writes a line for each of `changes`, in one call.
    ///
    /// Gives up if `isOver` is true and nobody reads within `stallLimit`.
    ///
    /// - Returns: How many lines were written.
    /// - Throws: ``StandardStream/Failure`` when they can't be written.
    mutating func write(
        _ changes: some Collection<StateChange>,
        stallLimit: Duration,
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
        let written = try StandardStream.output.write(lines, stallLimit: stallLimit, isOver: isOver)
        return written == lines.count ? changes.count : lines[..<written].count { $0 == UInt8(ascii: "\n") }
    }
}
