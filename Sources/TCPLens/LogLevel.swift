import Logging

/// The levels of the log by the names that OpenTelemetry and swift-log give them.
enum LogLevel {
    /// Each name with its level; OpenTelemetry's `fatal` is what can't be more than critical here.
    static let names: KeyValuePairs<String, Logger.Level> = [
        "trace": .trace, "debug": .debug, "info": .info, "notice": .notice, "warn": .warning, "warning": .warning,
        "error": .error, "fatal": .critical, "critical": .critical,
    ]

    /// The level named `text` in any case, or `nil`.
    static func named(_ text: String) -> Logger.Level? {
        let name = text.lowercased()
        return names.first { $0.key == name }?.value
    }
}
