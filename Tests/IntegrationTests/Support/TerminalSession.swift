import Foundation

/// What a program did on a terminal that `Tests/IntegrationTests/terminal.py` provides.
struct TerminalSession: Decodable {
    /// The exit status; minus the signal if one ended it.
    var status: Int32
    /// The terminal's settings before the program and after it; none after it if the terminal was closed.
    var before: String
    var after: String?
    /// Every byte that was written to the terminal, each as one character.
    var raw: String
    /// The screen at each `show`, its lines without blanks at their ends.
    var screens: [[String]]
    /// The screen at the end.
    var last: [String]
    /// At each `modes`, `echo` if the terminal has the settings of a shell, or `raw`.
    var modes: [String]
    /// What the guardian had open, at each `guard`.
    var guardian: [String]

    private enum CodingKeys: String, CodingKey {
        case status, before, after, raw, screens, last, modes
        case guardian = "guard"
    }

    /// Runs `command` on a terminal of `size`, such as `80x24`, through `steps`, which `terminal.py` describes.
    static func of(
        _ command: [String],
        _ steps: [String],
        size: String = "80x24",
        in namespace: Traffic? = nil,
        environment: [String: String] = [:]
    ) throws -> TerminalSession {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "terminal.py").path(percentEncoded: false)
        let defaults = ["TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "", "NO_COLOR": ""]
        let result = try run(
            ["python3", script, size] + steps + ["--"] + command,
            in: namespace,
            environment: defaults.merging(environment) { $1 }
        )
        guard result.status == 0 else { throw Timeout(description: "\(result.error)\(result.output)") }
        return try JSONDecoder().decode(Self.self, from: Data(result.output.utf8))
    }

    /// The number in the first line of the screen that begins with `name`, in its second column.
    static func number(_ name: String, _ screen: [String]) -> Int? {
        screen.first { $0.hasPrefix("\(name) ") }
            .flatMap { $0.dropFirst(name.count).split(separator: " ").first }.flatMap { Int($0) }
    }
}
