import ArgumentParser
import Logging

/// The options of every command that logs.
struct LoggingOptions: ParsableArguments {
    @Option(
        help: "How much to log: trace, debug, info, notice, warning or error (default: OTEL_LOG_LEVEL, or info).",
        transform: { text in
            guard let level = Self.level(text) else { throw ValidationError("'\(text)' is no log level") }
            return level
        }
    )
    var logLevel: Logger.Level?

    /// A logger to standard error; an option goes before `OTEL_LOG_LEVEL`.
    func logger(environment: [String: String]) -> Logger {
        var logger = Logger(label: "tcplens") { StreamLogHandler.standardError(label: $0) }
        let variable = environment["OTEL_LOG_LEVEL"].flatMap { $0.isEmpty ? nil : $0 }
        logger.logLevel = logLevel ?? variable.flatMap(Self.level) ?? .info
        if let variable, Self.level(variable) == nil {
            logger.warning("OTEL_LOG_LEVEL is ignored: expected trace, debug, info, warn or error")
        }
        return logger
    }

    /// Reads a level, by OpenTelemetry's names too where they differ from swift-log's.
    private static func level(_ text: String) -> Logger.Level? {
        let name = text.lowercased()
        return Logger.Level(rawValue: name == "warn" ? "warning" : name)
    }
}
