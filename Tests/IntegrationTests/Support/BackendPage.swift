import Foundation

/// A page of `docs/backends`, with its commands, its file and its queries.
struct BackendPage {
    /// The folder of the project.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Its text.
    let text: String
    /// The command lines, in their order.
    let commands: [String]
    /// The files by name, which is the comment in their first line.
    let files: [String: String]
    /// The queries in PromQL.
    let queries: [String]

    /// Reads a page.
    init(_ name: String) throws {
        text = try String(contentsOf: Self.root.appending(path: "docs/backends/\(name).md"), encoding: .utf8)
        let blocks = text.matches(of: /(?m)^```([a-z]+)\n((?:.*\n)*?)```$/).map { (String($0.1), String($0.2)) }
        func contents(_ language: String) -> [String] { blocks.filter { $0.0 == language }.map(\.1) }
        commands = contents("sh").flatMap { $0.split(separator: "\n").map(String.init) }
        queries = contents("promql")
        files = contents("yaml").reduce(into: [:]) { files, text in
            if let name = text.firstMatch(of: /^# (\S+)\n/)?.1 { files[String(name)] = text }
        }
    }
}
