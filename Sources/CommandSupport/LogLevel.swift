package import Logging

/// The levels of the log, by their names in OpenTelemetry and swift-log.
package enum LogLevel {
    /// Each name with its level.
    ///
    /// OpenTelemetry's `fatal` is `critical` here, which is the highest level.
    package static let names: KeyValuePairs<String, Logger.Level> = [
        "trace": .trace, "debug": .debug, "info": .info, "notice": .notice, "warn": .warning, "warning": .warning,
        "error": .error, "fatal": .critical, "critical": .critical,
    ]

    /// The levels in the schema of declarative configuration, which has four degrees of each.
    package static let severities: KeyValuePairs<String, Logger.Level> = [
        "trace": .trace, "trace2": .trace, "trace3": .trace, "trace4": .trace,
        "debug": .debug, "debug2": .debug, "debug3": .debug, "debug4": .debug,
        "info": .info, "info2": .info, "info3": .notice, "info4": .notice,
        "warn": .warning, "warn2": .warning, "warn3": .warning, "warn4": .warning,
        "error": .error, "error2": .error, "error3": .error, "error4": .error,
        "fatal": .critical, "fatal2": .critical, "fatal3": .critical, "fatal4": .critical,
    ]
}
