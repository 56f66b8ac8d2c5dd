internal import FoundationEssentials
package import Logging
internal import System

/// systemd's journal as the receiver of standard error.
///
/// The journal has the time, the program and the process of each line itself. It takes the severity from a prefix such
/// as `<6>` (`sd-daemon(3)`).
package enum Journal {
    /// Whether standard error goes there.
    package static let isStandardError = StandardStream.error.isJournal(
        ProcessInfo.processInfo.environment["JOURNAL_STREAM"]
    )

    /// The lines of `message`, each with the prefix of `level`.
    package static func lines(_ message: String, at level: Logger.Level) -> String {
        message.split(whereSeparator: \.isNewline).map { "<\(severity(of: level))>\($0)\n" }.joined()
    }

    /// The severity of syslog (RFC 5424); it has none below `debug`.
    private static func severity(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

/// Writes to the journal by way of standard error.
struct JournalLogHandler: LogHandler {
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        // If standard error can't be written, there is nowhere to report that.
        try? StandardStream.error.write(Journal.lines("\(event.message)", at: event.level))
    }
}
