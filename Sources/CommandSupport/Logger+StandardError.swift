package import Logging

extension Logger {
    /// A logger that writes messages of `level` and above to standard error.
    package static func standardError(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "tcplens") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}
