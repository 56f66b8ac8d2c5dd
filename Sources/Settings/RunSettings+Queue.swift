import Configuration
internal import OTLPExport

extension RunSettings {
    /// Reads what the environment says about the queue.
    mutating func readQueue(_ reader: inout EnvironmentReader) {
        otlp.queueLimit = reader.byteCount("TCPLENS_QUEUE_LIMIT") ?? otlp.queueLimit
        otlp.spool = reader.setting("TCPLENS_SPOOL")?.value ?? otlp.spool
        otlp.spoolLimit = reader.byteCount("TCPLENS_SPOOL_LIMIT") ?? otlp.spoolLimit
    }

    /// Lays `options` over that.
    mutating func apply(_ options: Options.Queue) {
        otlp.queueLimit = options.limit ?? otlp.queueLimit
        otlp.spool = options.spool ?? otlp.spool
        otlp.spoolLimit = options.spoolLimit ?? otlp.spoolLimit
    }
}

extension RunSettings.Options {
    /// What the options say about the queue; `nil` where they say nothing.
    package struct Queue: Equatable, Sendable {
        /// The most bytes in memory.
        package var limit: Int?
        /// The directory of the spool.
        package var spool: String?
        /// The most bytes there.
        package var spoolLimit: Int?

        /// Creates what the options say.
        package init(limit: Int? = nil, spool: String? = nil, spoolLimit: Int? = nil) {
            (self.limit, self.spool, self.spoolLimit) = (limit, spool, spoolLimit)
        }
    }
}
