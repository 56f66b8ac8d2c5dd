import ArgumentParser
import Configuration
import OTLPExport
import System

/// The options about what waits for a Collector that is away.
struct QueueOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Of what waits in memory for a Collector (16MiB).", valueName: "size"),
        transform: ByteCount.argument
    )
    var queueLimit: Int?

    @Option(
        help: ArgumentHelp("Where what waits outlives a restart; made if need be.", valueName: "dir"),
        completion: .directory
    )
    var spool: String?

    @Option(
        help: ArgumentHelp("Of what waits there; the oldest goes first (256MiB).", valueName: "size"),
        transform: ByteCount.argument
    )
    var spoolLimit: Int?

    /// What they say.
    var settings: RunSettings.Options.Queue {
        RunSettings.Options.Queue(limit: queueLimit, spool: spool, spoolLimit: spoolLimit)
    }
}

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
    struct Queue: Equatable, Sendable {
        /// The most bytes in memory.
        var limit: Int?
        /// The directory of the spool.
        var spool: String?
        /// The most bytes there.
        var spoolLimit: Int?
    }
}
