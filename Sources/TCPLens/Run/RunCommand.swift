import ArgumentParser
import CCoreDumps
import Export
import Logging
import Resource
import UnixSignals

/// `tcplens run`: the agent.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Collect metrics and export them until told to stop.",
        discussion: """
            Metrics go to http://localhost:4318/v1/metrics unless OTEL_EXPORTER_OTLP_ENDPOINT names another Collector.

              sudo tcplens run                        # every 60 s
              sudo tcplens run --interval 10s
              sudo OTEL_METRICS_EXPORTER=console tcplens run --once
            """
    )

    @Option(
        help:
            "A declarative configuration of OpenTelemetry to go by instead of the environment (default: OTEL_CONFIG_FILE)."
    )
    var config: String?

    @Flag(help: "Print what it would go by, as a configuration file without secrets, and end.")
    var printConfig = false

    @Option(help: "How often to collect and export, as 10s or 500ms (default: OTEL_METRIC_EXPORT_INTERVAL, or 60s).")
    var interval: DurationArgument?

    @Option(
        help: "Split system.network.connection.count by network.local.port, network.peer.port, or both with a comma."
    )
    var attributes: String?

    @Option(help: "The most series of a metric; the rest share one, marked otel.metric.overflow (default: 2000).")
    var cardinalityLimit: Int?

    @Flag(help: "Measure how long services take to answer; looks at every send and receive.")
    var responseTime = false

    @Flag(help: "Collect once, export once, and succeed only if the export was accepted.")
    var once = false

    @Option(help: "Tell at this address, as localhost:8080, whether the agent is live and ready: /livez and /readyz.")
    var health: String?

    @OptionGroup var scope: ScopeOption

    @OptionGroup var queue: QueueOptions

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        CCoreDumps_disable()
        let source = SettingsSource(options: options, machine: .current)
        guard !printConfig else {
            let settings = try source.settings()
            settings.logWarnings()
            try StandardStream.output.write(try settings.yaml())
            return
        }
        // Before anything is loaded or said: from here on a signal means a last export.
        let signals = once ? nil : await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let agent = try await Agent(source, settings: try source.settings())
        if let signals {
            try await agent.run(until: signals)
        } else {
            try await agent.runOnce()
        }
    }

    private var options: RunSettings.Options {
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
