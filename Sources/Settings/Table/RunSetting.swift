internal import CommandSupport
internal import Configuration
package import Confinement
package import Logging
internal import OTLPExport
package import Probes

/// The settings of `tcplens run`, each declared once.
///
/// A new one needs its declaration here and a place in a list below. `Commands` names it where it declares the option.
package enum RunSetting {
    /// Whether to do nothing at all.
    package static let disabled = Setting(
        \.isDisabled,
        SettingName(variable: "OTEL_SDK_DISABLED", key: "disabled"),
        .bool
    )
    private static let logVariable = "OTEL_LOG_LEVEL"
    /// How much to log.
    package static let logLevel = Setting(
        \.logLevel,
        SettingName(option: "--log-level", variable: logVariable, key: "log_level"),
        .choice(Choices(LogLevel.names), inFile: Choices(LogLevel.severities)) { "'\($0)' is not a log level" },
        help: "Log from this level on: trace, debug, info (default), notice, warning or error.",
        valueName: "level"
    )
    /// How often to collect and export.
    package static let interval = Setting(
        \.interval,
        SettingName(
            option: "--interval",
            variable: "OTEL_METRIC_EXPORT_INTERVAL",
            key: "meter_provider.readers.periodic.interval"
        ),
        .milliseconds(in: RunSettings.intervals),
        help: "Collect and export this often, such as 10s (default: 60s).",
        valueName: "time",
        problem: { interval in
            interval < .milliseconds(RunSettings.intervals.lowerBound)
                ? "must be more than 0, such as 10s or 500ms"
                : interval > .milliseconds(RunSettings.intervals.upperBound) ? "must be 24 days at most" : nil
        }
    )
    /// The longest that a collection and its exports may take.
    package static let timeout = Setting(
        \.timeout,
        SettingName(variable: "OTEL_METRIC_EXPORT_TIMEOUT", key: "meter_provider.readers.periodic.timeout"),
        .timeLimit
    )
    /// The host where Prometheus finds the metrics.
    static let prometheusHost = Setting(
        \.prometheus.host,
        SettingName(variable: "OTEL_EXPORTER_PROMETHEUS_HOST", key: "prometheus/development.host"),
        .host
    )
    /// The port where Prometheus finds the metrics.
    static let prometheusPort = Setting(
        \.prometheus.port,
        SettingName(variable: "OTEL_EXPORTER_PROMETHEUS_PORT", key: "prometheus/development.port"),
        .integer(in: ListenAddress.ports)
    )
    /// The most series of a metric.
    package static let cardinalityLimit = Setting(
        \.probes.cardinalityLimit,
        SettingName(
            option: "--cardinality-limit",
            variable: "TCPLENS_CARDINALITY_LIMIT",
            key: "meter_provider.readers.periodic.cardinality_limits.default"
        ),
        .integer(in: RunSettings.cardinalityLimits),
        help: "Keep at most n series of a metric; those beyond it are counted in one (default: 2000).",
        valueName: "n",
        problem: { limit in
            let limits = RunSettings.cardinalityLimits
            return limits.contains(limit) ? nil : "must be \(limits.lowerBound) or more"
        }
    )

    /// Whose connections to observe.
    package static let scope = Setting(
        \.probes.scope,
        SettingName(option: "--scope", variable: "TCPLENS_SCOPE", key: "tcplens/development.scope"),
        .choice(Choices<ObservationScope>()) { "'\($0)' is not a scope; it can be self or node" },
        help: "Look at self, this network namespace (default), or node, all of the machine.",
        valueName: "scope"
    )
    /// Whether sockets are divided by workloads.
    package static let attribution = Setting(
        optional: \.attribution,
        SettingName(option: "--attribution", variable: "TCPLENS_ATTRIBUTION", key: "tcplens/development.attribution"),
        .choice(Choices<AttributionMode>()) { "'\($0)' is no attribution; it can be none or workload" },
        help: "Count for each workload, or for none (default: workload in scope node).",
        valueName: "mode"
    )
    /// Whether applications are asked which service they are.
    package static let applicationResource = Setting(
        optional: \.applicationResource,
        SettingName(
            option: "--application-resource",
            variable: "TCPLENS_APPLICATION_RESOURCE",
            key: "tcplens/development.application_resource"
        ),
        .onOff,
        help: "Ask processes which service they are (default: on).",
        valueName: "on|off"
    )
    /// The most workloads that are distinguished.
    package static let workloadLimit = Setting(
        \.workloadLimit,
        SettingName(
            option: "--workload-limit",
            variable: "TCPLENS_WORKLOAD_LIMIT",
            key: "tcplens/development.workload_limit"
        ),
        .integer(in: AttributionOptions.limits),
        help: "Tell at most n workloads apart; those beyond it are counted in one (default: 1000).",
        valueName: "n",
        problem: problem(outside: AttributionOptions.limits)
    )
    /// The most connections that are followed at a time.
    package static let connectionLimit = Setting(
        optional: \.probes.connectionLimit,
        SettingName(
            option: "--connection-limit",
            variable: "TCPLENS_CONNECTION_LIMIT",
            key: "tcplens/development.connection_limit"
        ),
        .integer(in: ConnectionLimit.limits),
        help: "Follow at most n connections at a time, with 64 bytes each (default: 0.1 % of the memory).",
        valueName: "n",
        problem: problem(outside: ConnectionLimit.limits)
    )

    /// What is wrong with a number that is outside of limits; the function returns nil for one within them.
    private static func problem(outside limits: ClosedRange<Int>) -> @Sendable (Int) -> String? {
        { limits.contains($0) ? nil : "must be from \(limits.lowerBound) to \(limits.upperBound)" }
    }

    /// The ports to split counts by.
    package static let attributes = Setting(
        \.probes.ports,
        SettingName(option: "--attributes", variable: "TCPLENS_ATTRIBUTES", key: "tcplens/development.attributes"),
        .ports,
        help: "Split counts by port: network.local.port, network.peer.port, or both with a comma between.",
        valueName: "list"
    )
    /// Whether to measure how long services take to answer.
    package static let responseTime = Setting(
        \.probes.responseTime,
        SettingName(
            option: "--response-time",
            variable: "TCPLENS_RESPONSE_TIME",
            key: "tcplens/development.response_time"
        ),
        .bool,
        help: "Measure how long services take to answer. This runs a program at each send and receive."
    )
    /// Whether Prometheus gets the time at which counting began.
    static let prometheusCreated = Setting(
        \.prometheusCreated,
        SettingName(variable: "TCPLENS_PROMETHEUS_CREATED", key: "tcplens/development.prometheus_created"),
        .bool
    )
    /// Where the agent answers whether it is live and ready.
    package static let health = Setting(
        optional: \.health,
        SettingName(option: "--health", variable: "TCPLENS_HEALTH", key: "tcplens/development.health"),
        .address,
        help: "Answer /livez and /readyz at this address, such as localhost:8080.",
        valueName: "host:port"
    )
    /// What the agent gives up after it has started.
    package static let confinement = Setting(
        \.confinement,
        SettingName(option: "--confinement", variable: "TCPLENS_CONFINEMENT", key: "tcplens/development.confinement"),
        .confinement,
        help: "Give up only these after the start: capabilities, no-new-privileges, landlock, seccomp (default: all).",
        valueName: "list"
    )
    /// Where programs and counters are pinned.
    package static let pin = Setting(
        optional: \.pin,
        SettingName(option: "--pin", variable: "TCPLENS_PIN", key: "tcplens/development.pin"),
        .path,
        help: "Pin programs here, such as /sys/fs/bpf/tcplens, so that they count on without the agent.",
        valueName: "dir"
    )
    /// The most bytes that wait in memory for a Collector that is away.
    package static let queueLimit = Setting(
        \.otlp.queueLimit,
        SettingName(
            option: "--queue-limit",
            variable: "TCPLENS_QUEUE_LIMIT",
            key: "tcplens/development.queue_limit"
        ),
        .bytes,
        help: "Keep at most this much in memory for a Collector that is away (default: 16MiB).",
        valueName: "size"
    )
    /// The most bytes that wait in the spool.
    package static let spoolLimit = Setting(
        \.otlp.spoolLimit,
        SettingName(
            option: "--spool-limit",
            variable: "TCPLENS_SPOOL_LIMIT",
            key: "tcplens/development.spool_limit"
        ),
        .bytes,
        help: "Keep at most this much in the spool; the oldest is dropped first (default: 256MiB).",
        valueName: "size"
    )
    /// The directory of the spool.
    package static let spool = Setting(
        optional: \.otlp.spool,
        SettingName(option: "--spool", variable: "TCPLENS_SPOOL", key: "tcplens/development.spool"),
        .path,
        help: "Keep what waits in this directory, so that it survives a restart. It is created if needed.",
        valueName: "dir"
    )

    /// The settings at the top of a file.
    static let topLevel: [any AnySetting] = [disabled, logLevel]
    /// The settings in the section `tcplens/development` of a file, in the order in which they are printed.
    static let ofTCPLens: [any AnySetting] = [
        scope, attribution, applicationResource, workloadLimit, connectionLimit, attributes, responseTime,
        prometheusCreated, health, confinement, pin, queueLimit, spoolLimit, spool,
    ]
    /// The settings that files keep in their readers, because OpenTelemetry's schema has them there.
    static let ofReaders: [any AnySetting] = [
        interval, timeout, prometheusHost, prometheusPort, cardinalityLimit,
    ]
    /// All settings.
    static let all: [any AnySetting] = topLevel + ofReaders + ofTCPLens

    /// The level of the log that the variables of `environment` ask for, and what is wrong with it.
    package static func logLevel(in environment: [String: String]) -> (level: Logger.Level?, warnings: [String]) {
        var reader = EnvironmentReader(environment)
        let level = try? logLevel.form.variable(&reader, logVariable)
        return (level, reader.warnings)
    }
}
