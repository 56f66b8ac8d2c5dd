import Foundation

/// A query of `docs/queries`, which joins what a service measures with what tcplens measures of its connections.
struct JoinQuery {
    /// The name of its file.
    let name: String
    /// The query as it is in the file.
    let text: String

    /// Reads the query in a file.
    init(_ name: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        self.name = name
        text = try String(contentsOf: root.appending(path: "docs/queries/\(name).promql"), encoding: .utf8)
    }

    /// The query for an interval of a second, with time for a busy machine.
    var quick: String { text.replacing("[5m]", with: "[30s]") }
}
