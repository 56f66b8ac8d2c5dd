import ArgumentParser
internal import Findings
internal import Glibc
internal import Rendering
internal import System

/// `tcplens explain`: what is wrong with TCP, from metrics alone.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what is wrong with TCP, from metrics alone.",
        usage: "tcplens explain [<options>]",
        discussion: """
            It looks for all that docs/triage.md describes.

              tcplens explain --list
              tcplens explain --list --format json
              tcplens explain --list --format markdown
            """
    )

    @Flag(help: "Print all that it looks for, and look for nothing.")
    var list = false

    @Option(help: ArgumentHelp("Print text or json; the list also as markdown.", valueName: "format"))
    var format = ExplainFormat.text

    func validate() throws {
        guard list else { throw ValidationError("give --list") }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        do {
            try StandardStream.output.write(try text)
        } catch let failure as StandardStream.Failure where failure.isClosedPipe {
            // The reader has seen enough; that is no error.
            return
        }
    }

    private var text: String {
        get throws {
            let document = FindingDocument()
            switch format {
            case .text:
                var table = TextTable(columns: [.text("FINDING"), .text("ALERT"), .text("SEVERITY")])
                table.rows = document.findings.map { [$0.title, $0.alert, $0.severity] }
                return table.text()
            case .json: return try document.json(isIndented: true) + "\n"
            case .markdown: return document.markdown
            }
        }
    }
}

/// How findings are printed.
enum ExplainFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case text
    /// For programs.
    case json
    /// For documentation.
    case markdown
}
