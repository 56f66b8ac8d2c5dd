import ArgumentParser
import Settings

/// The options about what waits for a Collector that is away.
struct QueueOptions: ParsableArguments {
    @Option(RunSetting.queueLimit) var queueLimit: Int?

    @Option(RunSetting.spool, completion: .directory) var spool: String?

    @Option(RunSetting.spoolLimit) var spoolLimit: Int?
}
