import ArgumentParser
internal import Glibc
internal import Registry
internal import Rendering
internal import Resource
internal import System

/// `tcplens metrics`: the catalogue.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "List the metrics, with units, attributes and names.",
        usage: "tcplens metrics [<name> …] [<options>]",
        discussion: """
            This needs no privileges, and no agent.

              tcplens metrics
              tcplens metrics tcplens.retransmits tcplens_rtt_seconds_bucket
              tcplens metrics --format json | jq -r '.metrics[].prometheus'
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Show these metrics in full, by their name or their name in Prometheus.",
            valueName: "name"
        )
    )
    var names: [String] = []

    @Option(
        help: ArgumentHelp(
            "Print in this format.",
            valueName: "format"
        )
    )
    var format = RegistryFormat.table

    func validate() throws {
        guard names.isEmpty || format == .table else {
            throw ValidationError("--format \(format.rawValue) is of all metrics, so give no names with it")
        }
        let registry = RegistryDocument()
        for name in names where registry.details(of: name) == nil {
            throw ValidationError("no metric is called '\(name)'; 'tcplens metrics' lists them")
        }
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
            let registry = RegistryDocument()
            guard names.isEmpty else { return names.compactMap(registry.details).joined(separator: "\n") }
            switch format {
            case .table: return registry.table(OutputStyle(.output, environment: Machine.current.environment))
            case .markdown: return registry.markdown
            case .json: return try registry.json(isIndented: true) + "\n"
            case .weaver: return registry.weaver
            }
        }
    }
}

extension RegistryFormat: ExpressibleByArgument {}
