import Glibc
internal import System
package import UnixSignals

/// Makes requests of signals: `SIGHUP` to read the configuration again, any other to stop.
package struct SignalListener: Sendable {
    /// The signal to stop; ends after it.
    package let stop: AsyncStream<UnixSignal>
    /// The wish to read the configuration again.
    package let reload = ReloadRequest()

    private let terminal = Terminal()

    /// How soon after the first a second signal is the same wish: `timeout` signals its child, and then the whole group.
    private static let echo = Duration.milliseconds(250)

    /// Listens to `signals` as long as the process lives.
    ///
    /// From the first signal to stop on, the process ends whatever it is doing, at the second one or when what is left to
    /// do takes longer than `limit`: a write to a terminal that was stopped, or to a pipe that nobody reads, can't be
    /// cancelled.
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
                    await Self.end("\(signal) again: ended before the last work was done")
                }
                first = clock.now
                continuation.yield(signal)
                continuation.finish()
                Task.detached {
                    try? await Task.sleep(for: limit)
                    await Self.end("ended \(limit.text) after \(signal), before the last work was done")
                }
            }
        }
    }

    /// Ends the process now, and says so if that can be said: a terminal that was stopped takes nothing.
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
/// When a terminal is closed, the kernel sends `SIGHUP` to what runs in it. There nobody wants anything read again.
private struct Terminal: Sendable {
    private let descriptors = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].filter { isatty($0) == 1 }

    /// Whether there was one, and it has been closed.
    var isGone: Bool {
        !descriptors.isEmpty && !descriptors.contains { isatty($0) == 1 }
    }
}
