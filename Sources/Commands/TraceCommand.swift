import ArgumentParser
internal import CommandSupport
import Glibc
import Logging
import Probes
import Readings
import Resource
internal import System
internal import TraceView
import UnixSignals

/// `tcplens trace`: every change of state as it happens.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show every change of state, filtered in the kernel.",
        discussion: """
              sudo tcplens trace --failed
              sudo tcplens trace --port 443 --slower-than 3s
              sudo tcplens trace --scope node --role server
              sudo tcplens trace --format json | jq 'select(.bytes_sent > 1e6)'
            """
    )

    @OptionGroup(title: "Which changes to show") var filters: TraceFilterOptions

    @Option(help: "Print a table, or a line of JSON for each change.")
    var format = TraceFormat.table

    @Option(help: ArgumentHelp("End after n changes.", valueName: "n"))
    var count: Int?

    @Option(help: ArgumentHelp("End after this time, such as 10s.", valueName: "time"))
    var duration: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Keep at most this much until it is printed: a power of two from 64KiB to 1GiB (default: 8MiB).",
            valueName: "size"
        ),
        transform: ByteCount.argument
    )
    var bufferSize: Int?

    @OptionGroup var scope: ScopeOption

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count must be more than 0") }
        guard TraceProbe.bufferSizes.contains(size), size.nonzeroBitCount == 1 else {
            throw ValidationError("--buffer-size must be a power of two from 64KiB to 1GiB")
        }
    }

    func run() async throws {
        let environment = Machine.current.environment
        let logger = logging.logger(environment: environment)
        // If the reader of the output closes it, the trace ends in order, and the process is not killed.
        signal(SIGPIPE, SIG_IGN)
        // Before anything is loaded: from here on, what was seen before a signal is still printed.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let stop = StopFlag()
        let listener = SignalListener(signals, limit: Self.lastWriteLimit)
        let waiter = Task.detached {
            for await _ in listener.stop { stop.raise() }
        }
        defer { waiter.cancel() }
        if filters.state.contains(.timeWait) {
            logger.notice("the kernel tells no change to time_wait: there the socket itself is closed already")
        }
        var settings = TraceLoop.Settings()
        settings.format = format
        settings.environment = environment
        settings.filter = filters.filter
        settings.scope = scope.scope ?? settings.scope
        settings.bufferSize = size
        settings.count = count
        settings.duration = duration?.duration
        try await TraceLoop.run(settings, until: stop, logger: logger)
    }

    /// The size of the ring buffer in bytes.
    private var size: Int { bufferSize ?? TraceProbe.standardBufferSize }

    /// How long printing the rest may take after a signal.
    private static let lastWriteLimit = Duration.seconds(5)
}

extension TraceFormat: ExpressibleByArgument {}
