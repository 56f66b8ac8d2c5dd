import ArgumentParser
import Probes
import Resource
import Settings

/// The options that say what the agent is to do, of `run` and of what looks whether that would work.
struct RunOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A configuration file, which replaces variables.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    @Option(help: ArgumentHelp("How often to collect and export, as 10s (60s).", valueName: "time"))
    var interval: DurationArgument?

    @Option(
        help: ArgumentHelp("network.local.port, network.peer.port: split counts.", valueName: "list"),
        completion: .list(PortAttribute.allCases.map(\.rawValue))
    )
    var attributes: String?

    @Option(help: ArgumentHelp("Series of a metric; what is beyond shares one (2000).", valueName: "n"))
    var cardinalityLimit: Int?

    @Flag(help: "Measure how long services take; at each send, receive.")
    var responseTime = false

    @Flag(help: "Export once, and succeed only if that was accepted.")
    var once = false

    @Option(help: ArgumentHelp("Answer /livez and /readyz there, as localhost:8080.", valueName: "host:port"))
    var health: String?

    @OptionGroup var scope: ScopeOption

    @OptionGroup var queue: QueueOptions

    @OptionGroup var logging: LoggingOptions

    /// Where the settings come from: these options, and what the machine's environment says.
    var source: SettingsSource {
        SettingsSource(options: settings, machine: .current)
    }

    private var settings: RunSettings.Options {
        RunSettings.Options(
            file: config,
            interval: interval?.duration,
            scope: scope.scope,
            attributes: attributes,
            cardinalityLimit: cardinalityLimit,
            responseTime: responseTime,
            health: health,
            queue: queue.settings,
            once: once,
            logLevel: logging.logLevel
        )
    }
}
