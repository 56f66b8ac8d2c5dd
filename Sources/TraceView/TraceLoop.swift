import CommandSupport
import Dispatch
package import Logging
package import Probes
import Synchronization
import System

/// Reads changes of state and prints them, until there is a reason to end.
package struct TraceLoop {
    /// What to trace, and how long.
    package struct Settings: Sendable {
        /// How to print it.
        package var format = TraceFormat.table
        /// The environment variables, for colours.
        package var environment: [String: String] = [:]
        /// The filter.
        package var filter = TraceFilter()
        /// The observation scope.
        package var scope = ObservationScope.own
        /// The size of the ring buffer.
        package var bufferSize = TraceProbe.standardBufferSize
        /// How many changes to print; `nil` for no limit.
        package var count: Int?
        /// How long to trace; `nil` for no limit.
        package var duration: Duration?

        /// Creates default settings.
        package init() {}
    }

    /// How long a change may wait before it is printed.
    private static let pause = Duration.milliseconds(100)
    /// How long to wait at the end for a reader of the output.
    private static let stallLimit = Duration.seconds(1)
    /// The interval of log lines about losses.
    private static let lossInterval = Duration.seconds(1)

    private let probe: TraceProbe
    private let stop: StopFlag
    private let logger: Logger
    private let clock = ContinuousClock()
    private let end: ContinuousClock.Instant?
    private var output: TraceOutput
    private var left: Int
    private var written = 0
    /// How many changes came after nobody read the output any more.
    private var unread = 0
    private var lossLog = LossLog()
    private var nextLossReport: ContinuousClock.Instant

    /// Traces on its own thread, because reading and writing block.
    ///
    /// - Throws: ``Failure`` when the programs can't be loaded or read, or the output can't be written.
    package static func run(_ settings: Settings, until stop: StopFlag, logger: Logger) async throws {
        let queue = DispatchQueue(label: "tcplens.trace")
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async {
                continuation.resume(
                    with: Result {
                        var loop = try TraceLoop(settings, until: stop, logger: logger)
                        try loop.run()
                    }
                )
            }
        }
    }

    private init(_ settings: Settings, until stop: StopFlag, logger: Logger) throws(Failure) {
        do {
            probe = try TraceProbe(settings.filter, scope: settings.scope, bufferSize: settings.bufferSize)
        } catch {
            throw Failure("\(error)")
        }
        output = TraceOutput(settings.format, settings.scope, environment: settings.environment)
        self.stop = stop
        self.logger = logger
        left = settings.count ?? .max
        end = settings.duration.map { [clock] in clock.now.advanced(by: $0) }
        nextLossReport = clock.now.advanced(by: Self.lossInterval)
        for limitation in probe.limitations {
            logger.notice("\(limitation)")
        }
        logger.debug("tracing with \(probe.programs.joined(separator: ", "))")
    }

    private mutating func run() throws {
        do {
            try output.begin()
            while left > 0, !isOver, unread == 0 {
                let isMore = try step()
                if clock.now >= nextLossReport { try reportLosses() }
                guard !isMore else { continue }
                try StandardStream.output.checkReader()
                probe.wait(upTo: end.map { min(Self.pause, max(clock.now.duration(to: $0), .zero)) } ?? Self.pause)
            }
            probe.detach()
            while try left > 0 && step() {}
            try write(probe.finish())
        } catch let failure as StandardStream.Failure where failure.isClosedPipe {
            probe.detach()
            return try reportEnd(isQuiet: true)
        } catch let error as ProbeError {
            throw Failure("\(error)")
        }
        try reportEnd(isQuiet: false)
        guard unread == 0 else { throw Failure("\(unread) events are not printed: nobody reads the output") }
    }

    private var isOver: Bool { Self.isOver(stop, end, clock) }

    private static func isOver(_ stop: StopFlag, _ end: ContinuousClock.Instant?, _ clock: ContinuousClock) -> Bool {
        stop.isRaised || end.map { clock.now >= $0 } ?? false
    }

    /// Prints the waiting changes.
    ///
    /// Returns whether there are more.
    private mutating func step() throws -> Bool {
        let (changes, isMore) = try probe.read()
        try write(changes)
        return isMore
    }

    private mutating func write(_ changes: [StateChange]) throws(StandardStream.Failure) {
        let changes = changes.prefix(left)
        guard !changes.isEmpty else { return }
        left -= changes.count
        guard unread == 0 else {
            unread += changes.count
            return
        }
        let count = try output.write(changes, stallLimit: Self.stallLimit) { [stop, end, clock] in
            Self.isOver(stop, end, clock)
        }
        written += count
        unread = changes.count - count
    }

    private mutating func reportLosses() throws(ProbeError) {
        nextLossReport = clock.now.advanced(by: Self.lossInterval)
        if let line = lossLog.line(try probe.losses()) {
            logger.warning("\(line)")
        }
    }

    private mutating func reportEnd(isQuiet: Bool) throws {
        do {
            let losses = try probe.losses()
            guard losses.total > 0 || !isQuiet else { return }
            let summary = LossLog.summary(written: written, losses)
            logger.log(level: losses.total > 0 || losses.unremembered > 0 ? .warning : .info, "\(summary)")
        } catch {
            throw Failure("\(error)")
        }
    }
}

/// A request to stop that can't be taken back.
package final class StopFlag: Sendable {
    private let flag = Atomic(false)

    /// Creates a flag that is not raised.
    package init() {}

    /// Whether it is raised.
    package var isRaised: Bool { flag.load(ordering: .acquiring) }

    /// Raises the flag.
    package func raise() {
        flag.store(true, ordering: .releasing)
    }
}
