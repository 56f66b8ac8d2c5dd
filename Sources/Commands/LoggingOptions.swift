import ArgumentParser
internal import CommandSupport
import Logging
import Settings

/// The options of every command that logs.
struct LoggingOptions: ParsableArguments {
    @Option(RunSetting.logLevel) var logLevel: Logger.Level?

    /// A logger to standard error; an option goes before `OTEL_LOG_LEVEL`.
    func logger(environment: [String: String]) -> Logger {
        let variable = RunSetting.logLevel(in: environment)
        let logger = Logger.standardError(logLevel ?? variable.level ?? .info)
        for warning in variable.warnings {
            logger.warning("\(warning)")
        }
        return logger
    }
}
