import ArgumentParser
import Resource
import Settings

/// The options of `run`, which `doctor` takes as well.
struct RunOptions: ParsableArguments {
    @OptionGroup(title: "Configuration") var configuration: ConfigurationOptions

    @OptionGroup(title: "What to observe") var observation: ObservationOptions

    @OptionGroup(title: "While the Collector is away") var queue: QueueOptions

    @OptionGroup(title: "While the agent is away") var pinning: PinningOptions

    @OptionGroup(title: "Privileges") var privileges: PrivilegeOptions

    @OptionGroup(title: "Health and log") var upkeep: UpkeepOptions

    /// Where the settings come from: these options, and what the machine's environment says.
    var source: SettingsSource {
        SettingsSource(options: settings, machine: .current)
    }

    private var settings: RunSettings.Options {
        RunSettings.Options(
            file: configuration.config,
            once: configuration.once,
            allowsWritableFiles: configuration.allowWritableFiles
        )
        .with(RunSetting.interval, configuration.interval?.duration)
        .with(RunSetting.scope, observation.scope.scope)
        .with(RunSetting.attribution, observation.attribution)
        .with(RunSetting.applicationResource, observation.applicationResource)
        .with(RunSetting.workloadLimit, observation.workloadLimit)
        .with(RunSetting.connectionLimit, observation.connectionLimit)
        .with(RunSetting.attributes, text: observation.attributes)
        .with(RunSetting.cardinalityLimit, observation.cardinalityLimit)
        .with(RunSetting.responseTime, observation.responseTime ? true : nil)
        .with(RunSetting.health, text: upkeep.health)
        .with(RunSetting.confinement, text: privileges.confinement)
        .with(RunSetting.pin, text: pinning.pin)
        .with(RunSetting.queueLimit, queue.queueLimit)
        .with(RunSetting.spool, queue.spool)
        .with(RunSetting.spoolLimit, queue.spoolLimit)
        .with(RunSetting.logLevel, upkeep.logging.logLevel)
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

    @Flag(help: "Use the configuration file, certificates and keys even if other users can write to them.")
    var allowWritableFiles = false

    @Option(RunSetting.interval, as: DurationArgument.self) var interval: DurationArgument?

    @Flag(help: "Collect and export once; succeed only if everything was accepted.")
    var once = false
}

/// What is counted, and how finely.
struct ObservationOptions: ParsableArguments {
    @OptionGroup var scope: ScopeOption

    @Option(RunSetting.attribution) var attribution: AttributionMode?

    @Option(RunSetting.applicationResource) var applicationResource: Bool?

    @Option(RunSetting.workloadLimit, as: Int.self) var workloadLimit: Int?

    @Option(RunSetting.connectionLimit, as: Int.self) var connectionLimit: Int?

    @Option(RunSetting.attributes, as: String.self) var attributes: String?

    @Option(RunSetting.cardinalityLimit, as: Int.self) var cardinalityLimit: Int?

    @Flag(RunSetting.responseTime) var responseTime = false
}

/// What counts on without the agent.
struct PinningOptions: ParsableArguments {
    @Option(RunSetting.pin, as: String.self) var pin: String?
}

/// What the agent gives up.
struct PrivilegeOptions: ParsableArguments {
    @Option(RunSetting.confinement, as: String.self) var confinement: String?
}

/// The agent's own health and log.
struct UpkeepOptions: ParsableArguments {
    @Option(RunSetting.health, as: String.self) var health: String?

    @OptionGroup var logging: LoggingOptions
}
