import Dispatch
import Export
import Synchronization

/// Prints what the sink receives, on a thread of its own: a terminal that was stopped must not stop the sink.
final class SinkOutput: Sendable {
    /// The most texts that wait to be printed.
    private static let limit = 64

    private let queue = DispatchQueue(label: "tcplens.sink.output")
    private let waiting = Atomic(0)
    private let failures = AsyncStream<StandardStream.Failure>.makeStream()

    /// Prints `text` when its turn comes; `false` when too much waits already.
    func write(_ text: String) -> Bool {
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.limit else {
            waiting.subtract(1, ordering: .relaxed)
            return false
        }
        queue.async {
            do throws(StandardStream.Failure) {
                try StandardStream.output.write(text)
            } catch {
                self.failures.continuation.yield(error)
            }
            self.waiting.subtract(1, ordering: .relaxed)
        }
        return true
    }

    /// Waits until something can't be printed, or until ``end()``.
    func run() async -> StandardStream.Failure? {
        await failures.stream.first { _ in true }
    }

    /// Ends ``run()``.
    func end() {
        failures.continuation.finish()
    }
}
