import Glibc
internal import System
package import UnixSignals

/// Turns signals into requests: `SIGHUP` to read the configuration again, any other to stop.
package struct SignalListener: Sendable {
    /// Yields the signal to stop, and then ends.
    package let stop: AsyncStream<UnixSignal>
    /// The request to read the configuration again.
    package let reload = ReloadRequest()

    private let terminal = Terminal()

    /// A second signal this soon after the first one is a repetition: `timeout` signals its child, and then the whole
    /// group.
    private static let echo = Duration.milliseconds(250)

    /// Listens to `signals` as long as the process lives.
    ///
    /// After the first signal to stop, the process ends unconditionally at the second one, or when stopping takes
    /// longer than `limit`. A write to a stopped terminal, or to a pipe that nobody reads, can't be cancelled.
    package init(_ signals: UnixSignalsSequence, limit: Duration) {
        let (stop, continuation) = AsyncStream<UnixSignal>.makeStream()
        self.stop = stop
        Task.detached { [terminal, reload] in
            let clock = ContinuousClock()
            var first: ContinuousClock.Instant?
            for await signal in signals {
                if signal == .sighup, !terminal.isGone {
                    reload.make()
                    continue
                }
                if let first {
                    guard clock.now - first > Self.echo else { continue }
                    await Self.end("\(signal) again: ended before the last export was done")
                }
                first = clock.now
                continuation.yield(signal)
                continuation.finish()
                Task.detached {
                    try? await Task.sleep(for: limit)
                    await Self.end("ended \(limit.text) after \(signal), before the last export was done")
                }
            }
        }
    }

    /// Ends the process now, and logs that if it can: a stopped terminal accepts no output.
    private static func end(_ message: String) async -> Never {
        Task.detached {
            complain(message)
            Glibc.exit(Failure.failed)
        }
        try? await Task.sleep(for: .milliseconds(100))
        Glibc.exit(Failure.failed)
    }
}

/// The terminal that the process was started from, if any.
///
/// When a terminal is closed, the kernel sends `SIGHUP` to its processes. That is not a request to read the
/// configuration again.
private struct Terminal: Sendable {
    private let descriptors = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].filter { isatty($0) == 1 }

    /// Whether there was a terminal and it has been closed.
    var isGone: Bool {
        !descriptors.isEmpty && !descriptors.contains { isatty($0) == 1 }
    }
}
