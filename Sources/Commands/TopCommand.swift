import ArgumentParser
import Metrics
import Probes
import Resource
import Top

/// `tcplens top`: what happens to connections, live.
struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show connections and what happens to them, live.",
        usage: "tcplens top [<options>]",
        discussion: """
            Keys: q quits; s, p, c group by state, port, container; space pauses; h helps.

              sudo tcplens top
              sudo tcplens top --by port --interval 5s
              sudo tcplens top --scope node --by container
              sudo tcplens top --count 1 > report.txt
            """
    )

    @Option(help: ArgumentHelp("Group connections by state, port or container.", valueName: "group"))
    var by = TopGrouping.state

    @Option(
        help: ArgumentHelp(
            "Refresh this often, such as 500ms or 5s (default: 1s).",
            valueName: "time"
        )
    )
    var interval: DurationArgument?

    @Option(help: ArgumentHelp("End after n frames.", valueName: "n"))
    var count: Int?

    @OptionGroup var scope: ScopeOption

    @OptionGroup var logging: LoggingOptions

    /// The shortest interval; with a shorter one, the walks over connections would be most of the machine's work.
    private static let shortestInterval = Duration.milliseconds(100)

    func validate() throws {
        guard count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count must be more than 0") }
        guard interval.map({ $0.duration >= Self.shortestInterval }) ?? true else {
            throw ValidationError("--interval must be 100ms or more")
        }
    }

    func run() async throws {
        let machine = Machine.current
        let resource = AgentResource(of: machine).resource
        var settings = TopLoop.Settings()
        settings.environment = machine.environment
        settings.host = resource.attributes["host.name"]?.description ?? ""
        settings.kernel = resource.attributes["os.version"]?.description ?? ""
        settings.scope = scope.scope ?? settings.scope
        settings.interval = interval?.duration ?? settings.interval
        settings.count = count
        settings.grouping = by
        try await TopLoop.run(settings, logger: logging.logger(environment: machine.environment))
    }
}

extension TopGrouping: ExpressibleByArgument {}
