import ArgumentParser
internal import CommandSupport
internal import Configuration
import Logging

/// The options of every command that logs.
struct LoggingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Log from this level on: trace, debug, info (default), notice, warning or error.",
            valueName: "level"
        ),
        completion: .list(LogLevel.names.map(\.key)),
        transform: { text in
            guard let level = LogLevel.named(text) else { throw ValidationError("'\(text)' is no log level") }
            return level
        }
    )
    var logLevel: Logger.Level?

    /// A logger to standard error; an option goes before `OTEL_LOG_LEVEL`.
    func logger(environment: [String: String]) -> Logger {
        var reader = EnvironmentReader(environment)
        let variable = reader.choice("OTEL_LOG_LEVEL", from: LogLevel.names)
        let logger = Logger.standardError(logLevel ?? variable ?? .info)
        for warning in reader.warnings {
            logger.warning("\(warning)")
        }
        return logger
    }
}
