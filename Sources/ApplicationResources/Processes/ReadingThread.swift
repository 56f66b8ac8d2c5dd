internal import Dispatch
internal import Synchronization
internal import System

/// Reads processes on a thread of its own, so that none of them can hold up the caller.
///
/// A process can block whoever reads its memory, for as long as it wants (``ProcessMemory``). Only the thread waits
/// then; it is left behind and continues when the process lets go of it or ends. Only a few threads can be left behind.
struct ReadingThread {
    /// What became of some requests.
    struct Outcome {
        /// The answers, by the index of the request.
        var answers: [(index: Int, answer: ProcessReading.Answer)] = []
        /// The request whose process blocks the thread, if any.
        var blocking: Int?
    }

    /// How long one process may take; a healthy one takes less than a hundredth.
    static let patience: Duration = .milliseconds(500)
    /// How many threads may be left behind; each keeps its buffer of 256 KiB.
    static let maximumLeftBehind = 16

    private var queue = DispatchQueue(label: "tcplens.processes")
    private var leftBehind: [Batch] = []

    /// Reads the processes; nil if this process does that itself.
    private let reader: (any ProcessReader)?

    /// Creates a thread.
    ///
    /// - Parameter reader: Reads the processes; nil if this process has the right to do that itself.
    init(_ reader: (any ProcessReader)? = nil) {
        self.reader = reader
    }

    /// How many threads are blocked.
    var leftBehindCount: Int { leftBehind.count }

    /// Whether so many threads are blocked that nothing is read any more.
    var isExhausted: Bool { leftBehind.count >= Self.maximumLeftBehind }

    /// Carries out `requests` in their order, as many as are possible within `budget`.
    ///
    /// It returns after at most ``patience`` more than that, unless the machine is too busy to tell who is blocked.
    mutating func carryOut(_ requests: [ProcessReading.Request], within budget: Duration) -> Outcome {
        leftBehind.removeAll(where: \.isFinished)
        guard !requests.isEmpty, !isExhausted else { return Outcome() }
        let batch = Batch(requests, reader)
        queue.async { batch.run() }
        if !batch.wait(for: budget) {
            batch.stop()
            if !batch.finishes(within: Self.patience) {
                leftBehind.append(batch)
                // The next requests get a new thread.
                queue = DispatchQueue(label: "tcplens.processes")
            }
        }
        return batch.outcome
    }
}

/// Requests that are carried out together.
private final class Batch: Sendable {
    private struct State {
        var answers: [(index: Int, answer: ProcessReading.Answer)] = []
        var current: Int?
        /// The other process that reads, once it does.
        var process: Int32?
        var isStopped = false
        var isFinished = false
    }

    private let requests: [ProcessReading.Request]
    private let reader: (any ProcessReader)?
    private let state = Mutex(State())
    private let finished = DispatchSemaphore(value: 0)

    init(_ requests: [ProcessReading.Request], _ reader: (any ProcessReader)?) {
        (self.requests, self.reader) = (requests, reader)
    }

    var isFinished: Bool { state.withLock(\.isFinished) }

    var outcome: ReadingThread.Outcome {
        state.withLock { state in
            ReadingThread.Outcome(answers: state.answers, blocking: state.isFinished ? nil : state.current)
        }
    }

    /// Carries out the requests.
    func run() {
        if let reader {
            if !requests.isEmpty, begin(0) {
                reader.read(requests) { process in
                    state.withLock { $0.process = process }
                } each: { index, answer in
                    take(answer, of: index) && begin(index + 1)
                }
            }
        } else {
            var buffer = ScratchBuffer(capacity: ProcessEnvironment.maximumLength)
            for (index, request) in requests.enumerated() {
                guard begin(index), take(ProcessReading.answer(request, with: &buffer), of: index) else { break }
            }
        }
        state.withLock { $0.isFinished = true }
        finished.signal()
    }

    /// Notes which request is carried out next; whether it may begin.
    private func begin(_ index: Int) -> Bool {
        state.withLock { state in
            state.current = index
            return !state.isStopped
        }
    }

    private func take(_ answer: ProcessReading.Answer, of index: Int) -> Bool {
        state.withLock { $0.answers.append((index, answer)) }
        return true
    }

    /// Begins no further request.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    /// Waits until all that was begun is done, or a process blocks its reader; whether all is done.
    ///
    /// Where another process reads, it may only be slow: it is given ten times as long while it runs.
    func finishes(within patience: Duration) -> Bool {
        for _ in 0..<10 {
            if wait(for: patience) { return true }
            guard reader != nil, !isBlocked else { return false }
        }
        return false
    }

    /// Whether the other process that reads waits for something.
    private var isBlocked: Bool {
        guard let process = state.withLock(\.process) else { return false }
        var buffer = ScratchBuffer(capacity: 4096)
        guard let status = try? ProcessStatus.read(of: process, with: &buffer) else { return false }
        return !status.isRunning
    }

    /// Waits until all that was begun is done; whether it is.
    func wait(for time: Duration) -> Bool {
        let milliseconds = Int(clamping: min(time.wholeMilliseconds, 3_600_000))
        return finished.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }
}
