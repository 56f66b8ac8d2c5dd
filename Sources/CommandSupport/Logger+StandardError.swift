package import Logging

extension Logger {
    /// A logger that writes messages of `level` and above to standard error, in the journal's form if that is where
    /// they go.
    package static func standardError(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "tcplens") { label in
            guard !Journal.isStandardError else { return JournalLogHandler() }
            return OneSourceLogHandler(StreamLogHandler.standardError(label: label))
        }
        logger.logLevel = level
        return logger
    }
}

/// Names the program as the source of every message: which module of it has something to say is nothing to users.
private struct OneSourceLogHandler: LogHandler {
    private var handler: StreamLogHandler

    init(_ handler: StreamLogHandler) {
        self.handler = handler
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        event.source = "TCPLens"
        handler.log(event: event)
    }
}
