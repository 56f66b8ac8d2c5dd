import Pipeline
import Synchronization
import System
import TestSupport

@testable import OTLPExport

/// A queue from the start of its process to the end, with the real files of its spool.
///
/// Everything that the queue waits for is in the hands of the simulation, which goes on only when the queue rests: when
/// it is idle, waits for a long delay to end, or for a receiver that is slow. So one seed always takes the same course.
final class SimulatedLife {
    /// The limits of a queue, and what is put into it.
    struct Rules {
        /// The greatest number of bytes in memory.
        var memoryLimit: Int
        /// The greatest number of bytes in the spool.
        var spoolLimit: Int
        /// The size of each request in bytes.
        var requestSize: Int
    }

    /// What threads of the queue and the simulation share.
    private final class Shared: Sendable {
        let random: Mutex<SeededRandom>
        let death = Mutex<SpoolImage?>(nil)
        let begunDelays = Mutex(0)
        let delays = SimulatedGate()

        init(_ random: SeededRandom) {
            self.random = Mutex(random)
        }
    }

    /// How long an export waits; nothing else sleeps as long.
    private static let waitLimit = Duration.milliseconds(5125)
    /// Shorter sleeps end by themselves.
    private static let longestPause = Duration.seconds(10)

    /// The receiver of this life.
    let receiver: SimulatedReceiver
    /// Where the spool is.
    let path: String
    private let queue: SendingQueue
    private let shared: Shared
    private var endedDelays = 0

    /// The points that were exported.
    private(set) var exported = 0
    /// What the queue has said of its points so far; `queuedPoints` is what it said last.
    private(set) var report = ExportOutcome()
    /// Whether the queue has looked at what earlier processes left, which it does at its first export.
    private(set) var isOpened = false

    /// Starts a queue whose spool is at `path`.
    init(_ rules: Rules, path: String, _ random: SeededRandom) throws {
        let shared = Shared(random)
        let receiver = SimulatedReceiver(random) { shared.death.withLock { $0 = SpoolImage(of: path) } }
        let clock = ManualClock { duration in
            if duration == Self.waitLimit {
                await receiver.untilHeld()
            } else if duration > Self.longestPause {
                shared.begunDelays.withLock { $0 += 1 }
                await shared.delays.wait()
            }
        }
        var configuration = try OTLPConfiguration.sample(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"])
        configuration.timeout = .seconds(60)
        configuration.waitLimit = Self.waitLimit
        (configuration.queueLimit, configuration.spoolLimit) = (rules.memoryLimit, rules.spoolLimit)
        configuration.spool = path
        queue = try SendingQueue(
            configuration,
            isSuccessor: false,
            sender: receiver,
            retryPolicy: RetryPolicy(initial: .seconds(1), maximum: .seconds(4)),
            clock: ErasedClock(clock),
            random: { shared.random.withLock { Double($0.number(0...999)) / 1000 } }
        )
        (self.receiver, self.path, self.shared) = (receiver, path, shared)
    }

    /// What the disk had when an attempt killed the process; nil if none did.
    var imageAtDeath: SpoolImage? { shared.death.withLock(\.self) }

    /// What is on the disk.
    var image: SpoolImage { SpoolImage(of: path) }

    /// Whether the queue waits for a long delay.
    var isDelayed: Bool { shared.begunDelays.withLock(\.self) > endedDelays }

    /// Exports `requests`, and returns when the queue rests.
    func export(_ requests: [EncodedRequest] = [], isLast: Bool = false) async {
        let wasDelayed = isDelayed
        exported += requests.reduce(0) { $0 + $1.pointCount }
        let outcome = await queue.export(RequestEncoder.Result(requests: requests), isLast: isLast)
        if isLast, wasDelayed { endedDelays += 1 }
        report.add(outcome)
        report[.queued] = outcome.queuedPoints
        isOpened = true
        await rest()
    }

    /// Ends the delay, and returns when the queue rests again.
    func endDelay() async {
        endedDelays += 1
        shared.delays.open()
        await rest()
    }

    /// Lets the slow receiver answer, and returns when the queue rests again.
    func release() async {
        let count = receiver.releaseCount
        receiver.release()
        // The next request may be held at once.
        while receiver.releaseCount == count { await Task.yield() }
        await rest()
    }

    /// Ends the process in order, or what is left of it after it was killed.
    func end() async {
        await queue.shutdown()
    }

    private func rest() async {
        while !isDelayed, receiver.held.isEmpty, await queue.sending != nil { await Task.yield() }
    }
}
