import ArgumentParser
import Settings
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
