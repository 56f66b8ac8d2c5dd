import ArgumentParser
import Logging

/// The options of every command that logs.
struct LoggingOptions: ParsableArguments {
    @Option(help: "How much to log: trace, debug, info, notice, warning, error (default: OTEL_LOG_LEVEL, or info).")
    var logLevel: Logger.Level?

    /// A logger to standard error; an option goes before `OTEL_LOG_LEVEL`.
    func logger(environment: [String: String]) -> Logger {
        var logger = Logger(label: "tcplens", factory: StreamLogHandler.standardError)
        let variable = environment["OTEL_LOG_LEVEL"].flatMap { Logger.Level(argument: $0.lowercased()) }
        logger.logLevel = logLevel ?? variable ?? .info
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {
    public init?(argument: String) {
        // OpenTelemetry's names where they differ from swift-log's.
        self.init(rawValue: argument == "warn" ? "warning" : argument)
    }
}
