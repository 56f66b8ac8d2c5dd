import ArgumentParser
internal import CommandSupport
internal import Explain
internal import Findings
internal import Glibc
internal import Logging
internal import Metrics
internal import Probes
internal import Rendering
internal import Resource
internal import System

/// `tcplens explain`: what is wrong with TCP, from metrics alone.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what is wrong with TCP, from metrics alone.",
        usage: "tcplens explain [<options>]",
        discussion: """
            It looks for all that docs/triage.md describes, and says nothing where nothing stands out. The exit status \
            is 3 if something was found. --backend is Prometheus, VictoriaMetrics, Mimir, or another one with PromQL; \
            secrets go into TCPLENS_BACKEND (the URL) or TCPLENS_BACKEND_HEADERS.

              sudo tcplens explain --live 30s
              tcplens explain --backend http://prometheus:9090
              tcplens explain --backend http://victoriametrics:8428 --host edge-7 --since 10m
              tcplens explain --backend http://mimir/prometheus --service shop --at 2026-11-30T14:00:00Z
              tcplens explain --list
            """
    )

    @Option(
        help: ArgumentHelp(
            "Look at this machine for so long, such as 30s, without a backend; measures response times, too.",
            valueName: "time"
        )
    )
    var live: DurationArgument?

    @Option(
        help: ArgumentHelp("Ask this backend: the URL below which there is /api/v1/query.", valueName: "url")
    )
    var backend: String?

    @Option(help: ArgumentHelp("Only this host.", valueName: "name"))
    var host: String?

    @Option(help: ArgumentHelp("Only this service.", valueName: "name"))
    var service: String?

    @Option(help: ArgumentHelp("The time to explain, such as 10m (default: 30m).", valueName: "time"))
    var since: DurationArgument?

    @Option(
        help: ArgumentHelp("Compare with this time before it, or 0 (default: as long as --since).", valueName: "time")
    )
    var baseline: DurationArgument?

    @Option(
        help: ArgumentHelp("End of the time to explain: RFC 3339, or seconds since 1970.", valueName: "time")
    )
    var at: String?

    @Flag(help: "Print all that it looks for, and look for nothing.")
    var list = false

    @Option(help: ArgumentHelp("Print text or json; the list also as markdown.", valueName: "format"))
    var format = ExplainFormat.text

    @OptionGroup var scope: ScopeOption

    @OptionGroup var logging: LoggingOptions

    /// Two collections are a second apart at least; for more than an hour there is `run`.
    private static let liveLengths = Duration.seconds(2)...Duration.seconds(3600)

    /// The longest time to explain: four weeks.
    private static let longest = 28 * 24 * 3600

    func validate() throws {
        guard [list, live != nil, backend != nil].count(where: \.self) <= 1 else {
            throw ValidationError("give one of --live, --backend and --list")
        }
        guard list || live != nil || url != nil else { throw ValidationError("give --live, --backend or --list") }
        guard url != nil || [host, service, at].allSatisfy({ $0 == nil }) && since == nil && baseline == nil else {
            throw ValidationError("--host, --service, --since, --baseline and --at need --backend")
        }
        guard live != nil || scope.scope == nil else { throw ValidationError("--scope needs --live") }
        guard live.map({ Self.liveLengths.contains($0.duration) }) ?? true else {
            throw ValidationError("--live is from 2s to 1h")
        }
        guard list || format != .markdown else { throw ValidationError("only --list has the format markdown") }
        guard host == nil || service == nil else { throw ValidationError("give --host or --service, not both") }
        guard at.map({ Moment.seconds($0) != nil }) ?? true else {
            throw ValidationError("--at is no time: expected something like 2026-11-30T14:00:00Z")
        }
        guard (1...Self.longest).contains(span.length), (0...Self.longest).contains(span.baseline) else {
            throw ValidationError("--since is from 1s to four weeks, and so is --baseline, or 0")
        }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        if list {
            try write(listText)
            return
        }
        let explanation = try explanation
        try write(try text(explanation))
        if !explanation.isWell { throw Failure.somethingFound }
    }

    private var url: String? {
        guard !list, live == nil else { return nil }
        let variable = Machine.current.environment["TCPLENS_BACKEND"]?.trimmed ?? ""
        return backend ?? (variable.isEmpty ? nil : String(variable))
    }

    private var span: TimeSpan {
        let length = Int(clamping: since?.duration.components.seconds ?? 1800)
        return TimeSpan(
            end: at.flatMap(Moment.seconds),
            length: length,
            baseline: baseline.map { Int(clamping: $0.duration.components.seconds) } ?? length
        )
    }

    private var explanation: Explanation {
        get throws {
            let environment = Machine.current.environment
            let logger = logging.logger(environment: environment)
            if let live {
                return try ExplainRequest().explainLive(
                    for: live.duration,
                    scope: scope.scope ?? .own,
                    host: AgentResource(of: .current).resource.attributes["host.name"]?.description
                ) { logger.warning("\($0)") }
            }
            let client = try BackendClient(url ?? "", environment: environment) { logger.warning("\($0)") }
            return try ExplainRequest().explain(client, span, host: host, service: service)
        }
    }

    private func text(_ explanation: Explanation) throws -> String {
        switch format {
        case .text, .markdown:
            ExplanationText(explanation, OutputStyle(.output, environment: Machine.current.environment)).text
        case .json: try ExplanationDocument(explanation).json() + "\n"
        }
    }

    private func write(_ text: String) throws {
        do throws(StandardStream.Failure) {
            try StandardStream.output.write(text)
        } catch {
            // A reader that has seen enough is no error.
            guard error.isClosedPipe else { throw error }
        }
    }

    private var listText: String {
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
