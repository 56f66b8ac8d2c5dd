import ArgumentParser
import Settings
import System

/// The options about what waits for a Collector that is away.
struct QueueOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep at most this much in memory for a Collector that is away (default: 16MiB).",
            valueName: "size"
        ),
        transform: ByteCount.argument
    )
    var queueLimit: Int?

    @Option(
        help: ArgumentHelp(
            "Keep what waits in this directory, so that it survives a restart. It is created if needed.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var spool: String?

    @Option(
        help: ArgumentHelp(
            "Keep at most this much in the spool; the oldest is dropped first (default: 256MiB).",
            valueName: "size"
        ),
        transform: ByteCount.argument
    )
    var spoolLimit: Int?

    /// What they say.
    var settings: RunSettings.Options.Queue {
        RunSettings.Options.Queue(limit: queueLimit, spool: spool, spoolLimit: spoolLimit)
    }
}
