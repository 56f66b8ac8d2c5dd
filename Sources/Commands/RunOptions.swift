import ArgumentParser
import Probes
import Resource
import Settings

/// The options of `run`, which `doctor` takes as well.
struct RunOptions: ParsableArguments {
    @OptionGroup(title: "Configuration") var configuration: ConfigurationOptions

    @OptionGroup(title: "What to observe") var observation: ObservationOptions

    @OptionGroup(title: "While the Collector is away") var queue: QueueOptions

    @OptionGroup(title: "Health and log") var upkeep: UpkeepOptions

    /// Where the settings come from: these options, and what the machine's environment says.
    var source: SettingsSource {
        SettingsSource(options: settings, machine: .current)
    }

    private var settings: RunSettings.Options {
        RunSettings.Options(
            file: configuration.config,
            interval: configuration.interval?.duration,
            scope: observation.scope.scope,
            attributes: observation.attributes,
            cardinalityLimit: observation.cardinalityLimit,
            responseTime: observation.responseTime,
            health: upkeep.health,
            queue: queue.settings,
            once: configuration.once,
            logLevel: upkeep.logging.logLevel
        )
    }
}

/// Where the configuration is, and how often to follow it.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read this configuration file. The variables of the environment then mean nothing.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    @Option(help: ArgumentHelp("Collect and export this often, such as 10s (default: 60s).", valueName: "time"))
    var interval: DurationArgument?

    @Flag(help: "Collect and export once; succeed only if everything was accepted.")
    var once = false
}

/// What is counted, and how finely.
struct ObservationOptions: ParsableArguments {
    @OptionGroup var scope: ScopeOption

    @Option(
        help: ArgumentHelp(
            "Split counts by port: network.local.port, network.peer.port, or both with a comma between.",
            valueName: "list"
        ),
        completion: .list(PortAttribute.allCases.map(\.rawValue))
    )
    var attributes: String?

    @Option(
        help: ArgumentHelp(
            "Keep at most n series of a metric; those beyond it are counted in one (default: 2000).",
            valueName: "n"
        )
    )
    var cardinalityLimit: Int?

    @Flag(help: "Measure how long services take to answer. This runs a program at each send and receive.")
    var responseTime = false
}

/// How the agent tells how it is.
struct UpkeepOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Answer /livez and /readyz at this address, such as localhost:8080.", valueName: "host:port")
    )
    var health: String?

    @OptionGroup var logging: LoggingOptions
}
