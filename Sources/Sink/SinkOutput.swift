import Dispatch
import FoundationEssentials
internal import OTLPExport
internal import Rendering
import Synchronization
import System

/// Prints what the sink receives, on its own thread: a stopped terminal must not stop the sink.
final class SinkOutput: Sendable {
    /// The most texts that may wait to be printed.
    private static let limit = 64

    private let queue = DispatchQueue(label: "tcplens.sink.output")
    private let waiting = Atomic(0)
    private let failures = AsyncStream<StandardStream.Failure>.makeStream()

    private let format: SinkFormat
    private let environment: [String: String]

    /// Creates an output in one of the formats.
    init(_ format: SinkFormat, environment: [String: String]) {
        self.format = format
        self.environment = environment
    }

    /// Queues a delivery to be printed; `false` if the queue is full.
    func write(_ delivery: Delivery) -> Bool {
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.limit else {
            waiting.subtract(1, ordering: .relaxed)
            return false
        }
        let time = Date()
        queue.async {
            do throws(StandardStream.Failure) {
                try StandardStream.output.write(self.text(of: delivery, time: time))
            } catch {
                self.failures.continuation.yield(error)
            }
            self.waiting.subtract(1, ordering: .relaxed)
        }
        return true
    }

    private func text(of delivery: Delivery, time: Date) -> [UInt8] {
        guard format == .table else { return delivery.json + [UInt8(ascii: "\n")] }
        // The size of the window may have changed since the last one.
        let style = OutputStyle(.output, environment: environment)
        return Array(SinkTable(style: style).text(delivery, time: time.formatted(.iso8601)).utf8)
    }

    /// Waits until something can't be printed, or until ``end()`` is called.
    func run() async -> StandardStream.Failure? {
        await failures.stream.first { _ in true }
    }

    /// Ends ``run()``.
    func end() {
        failures.continuation.finish()
    }
}
