internal import Pipeline
internal import System

/// Keeps encoded requests until they are accepted, and sends them in order, also between exports.
///
/// With a spool each request is on disk before it is sent, so none is lost when the process ends. The actor reads and
/// writes the files itself, on a thread that may block. ``QueueSchedule`` has the rules.
actor SendingQueue {
    /// The life of a queue.
    private enum Phase {
        /// Exports are accepted.
        case open
        /// The process is about to end: there is one more attempt at each request, until one fails.
        case lastExport
        /// Nothing is sent any more.
        case shutDown
    }

    /// An export that waits until its requests are sent.
    private struct Waiter {
        var number: Int
        /// When it has waited as long as it may.
        var deadline: Duration
        var continuation: CheckedContinuation<Void, Never>
    }

    private let executor = BlockingExecutor(label: "tcplens.sending-queue")
    private let sender: any RequestSending
    /// The longest time that an export waits for its requests; nil for no limit.
    private let waitLimit: Duration?
    private let clock: ErasedClock
    private let random: @Sendable () -> Double

    private var store: RequestStore
    private var schedule: QueueSchedule
    private var report: QueueReport
    private var phase = Phase.open
    /// The task that sends the requests; it ends when the queue is empty.
    private(set) var sending: Task<Void, Never>?
    /// The delay before the next attempt.
    private var delay: Task<Void, any Error>?
    private var waiter: Waiter?
    private var exportCount = 0

    /// Creates an empty queue before `sender`, and opens the spool if one is configured.
    ///
    /// - Throws: ``SpoolError`` if the spool is not usable, or another process uses it.
    init(
        _ configuration: OTLPConfiguration,
        isSuccessor: Bool,
        sender: any RequestSending,
        retryPolicy: RetryPolicy,
        clock: ErasedClock,
        random: @escaping @Sendable () -> Double
    ) throws(SpoolError) {
        let timeout = configuration.timeout ?? RetryPolicy.longestWait
        store = try RequestStore(spool: configuration.spool, isSuccessor: isSuccessor)
        schedule = QueueSchedule(
            memoryLimit: configuration.queueLimit,
            spoolLimit: configuration.spoolLimit,
            timeout: timeout,
            retryPolicy: retryPolicy
        )
        self.sender = sender
        report = QueueReport(configuration)
        waitLimit = configuration.waitLimit.map { min($0, timeout) }
        self.clock = clock
        self.random = random
    }

    /// The actor's own thread, which may block.
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Adds the requests of one export, and waits until all requests are sent, the receiver fails, or the time is over.
    ///
    /// Requests that still wait then are sent later. There may be one export at a time.
    ///
    /// - Parameters:
    ///   - encoded: The requests, and the points that could not be encoded.
    ///   - isLast: Whether the process is about to end. Then there is one more attempt at each request, oldest first,
    ///     until one fails. The others stay in the spool, or are lost if they are in memory.
    /// - Returns: What became of points since the previous export, whichever export they belong to.
    func export(_ encoded: RequestEncoder.Result, isLast: Bool) async -> ExportOutcome {
        if let problem = encoded.problem {
            report.add(lost: encoded.droppedPoints, problem)
        }
        guard phase != .shutDown else {
            report.add(lost: encoded.requests.reduce(0) { $0 + $1.pointCount }, .cancelled)
            return takeOutcome()
        }
        phase = isLast ? .lastExport : .open
        drop(schedule.restore(store.open()))
        schedule.beginExport()
        for request in encoded.requests {
            add(request)
        }
        if isLast {
            schedule.skipDelay()
            delay?.cancel()
        }
        startSending()
        // If the receiver is known to fail, there is nothing to wait for.
        if isLast || !schedule.isFailing {
            await waitUntilSent()
        }
        return takeOutcome()
    }

    /// Interrupts sending, drops the requests in memory, releases the spool, and refuses further exports.
    func shutdown() async {
        phase = .shutDown
        delay?.cancel()
        await sender.shutdown()
        await sending?.value
        dropMemory()
        store.close()
    }
}

// MARK: - What comes in

extension SendingQueue {
    private func add(_ request: EncodedRequest) {
        if let queued = spooled(request) ?? inMemory(request) {
            schedule.append(queued)
            return
        }
        report.addOversize(request, limit: schedule.memoryLimit)
    }

    private func spooled(_ request: EncodedRequest) -> QueuedRequest? {
        let size = SpoolDirectory.size(ofBody: request.body.count)
        guard store.isOpen, let displaced = schedule.makeRoom(for: size, inSpool: true) else { return nil }
        drop(displaced)
        return store.spool(request)
    }

    private func inMemory(_ request: EncodedRequest) -> QueuedRequest? {
        guard let displaced = schedule.makeRoom(for: request.body.count, inSpool: false) else { return nil }
        drop(displaced)
        return .inMemory(request)
    }

    /// Drops requests to make room.
    private func drop(_ requests: [QueuedRequest]) {
        guard let first = requests.first else { return }
        for request in requests {
            store.remove(request)
        }
        let limit = first.isSpooled ? schedule.spoolLimit : schedule.memoryLimit
        report.addFull(points: requests.pointCount, place: first.isSpooled ? "spool" : "queue", limit: limit)
    }

    /// Drops the requests in memory, because the process ends.
    private func dropMemory() {
        report.addUnsent(points: schedule.dropMemory().pointCount)
    }
}

// MARK: - What goes out

extension SendingQueue {
    /// How an attempt ended.
    private enum AttemptEnd {
        /// The request was accepted, or refused for good.
        case settled
        /// There will be another attempt within the timeout.
        case retrying
        /// The receiver is failing, or the attempt was interrupted.
        case failed
    }

    private func startSending() {
        guard sending == nil else { return }
        sending = Task { await self.sendAll() }
    }

    private func sendAll() async {
        sending: while phase != .shutDown {
            switch schedule.next(at: clock.now()) {
            case .idle: break sending
            case .wait(let duration): await sleep(duration)
            case .send(let request):
                // An attempt that began before the last export is not the last one.
                let isLastAttempt = phase == .lastExport
                switch await attempt(request) {
                case .retrying: break
                case .settled:
                    if phase != .lastExport, let waiter, clock.now() >= waiter.deadline { release() }
                case .failed:
                    if isLastAttempt { break sending }
                    if phase == .lastExport { schedule.skipDelay() } else { release() }
                }
            }
        }
        sending = nil
        if phase != .open {
            dropMemory()
        }
        release()
    }

    private func sleep(_ duration: Duration) async {
        let delay = Task { [clock] in try await clock.sleep(duration) }
        self.delay = delay
        // If the clock throws, the delay is only shorter.
        _ = await delay.result
        self.delay = nil
    }

    /// Makes one attempt to send `queued`.
    private func attempt(_ queued: QueuedRequest) async -> AttemptEnd {
        guard let request = load(queued) else {
            schedule.succeed(at: clock.now(), random: random())
            return .settled
        }
        // Within its timeout a request has the time that is left; afterwards each attempt has the whole timeout.
        let timeout = schedule.progress(at: clock.now()).timeLeft
        let result = await sender.send(request, timeout: timeout)
        let now = clock.now()
        report.add(result.outcome)
        guard let undelivered = result.undelivered else {
            store.remove(queued)
            report.outage = nil
            schedule.succeed(at: now, random: random())
            return .settled
        }
        let rest = undelivered.request == request ? queued : store.replace(queued, with: undelivered.request)
        return fail(rest, undelivered, at: now)
    }

    /// Leaves it to the schedule when `rest` is tried again.
    private func fail(_ rest: QueuedRequest, _ undelivered: Undelivered, at now: Duration) -> AttemptEnd {
        guard undelivered.problem.failure != .cancelled else {
            schedule.interrupt(rest)
            return .failed
        }
        let (progress, isLast) = (schedule.progress(at: now), phase == .lastExport)
        guard var dropped = schedule.fail(rest, undelivered.retry, at: now, isLast: isLast, random: random())
        else { return .retrying }
        var problem = undelivered.problem
        problem.note(undelivered.retry, timeLeft: progress.timeLeft, timeout: schedule.timeout)
        let notice = report.noteOutage(problem, points: rest.pointCount, progress)
        if let index = dropped.firstIndex(of: rest) {
            // It is larger than the limit itself, so it is lost because it was not delivered.
            store.remove(dropped.remove(at: index))
            report.add(lost: rest.pointCount, notice)
        }
        drop(dropped)
        return .failed
    }

    private func load(_ queued: QueuedRequest) -> EncodedRequest? {
        do throws(SpoolError) {
            return try store.load(queued)
        } catch {
            report.addDamaged(points: queued.pointCount, error)
            return nil
        }
    }
}

// MARK: - Waiting

extension SendingQueue {
    /// Waits until the queue is empty, the receiver fails, or this export has waited long enough.
    private func waitUntilSent() async {
        guard sending != nil else { return }
        exportCount += 1
        let number = exportCount
        let deadline = clock.now() + schedule.timeout
        let timer = (phase == .lastExport ? nil : waitLimit).map { limit in
            Task { [clock] in
                try await clock.sleep(limit)
                self.release(number)
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation {
                waiter = Waiter(number: number, deadline: deadline, continuation: $0)
            }
        } onCancel: {
            Task { await self.release(number) }
        }
        timer?.cancel()
    }

    /// Lets the waiting export continue, if there is one and it has this `number`; nil is any.
    private func release(_ number: Int? = nil) {
        guard let export = waiter, number == nil || number == export.number else { return }
        waiter = nil
        export.continuation.resume()
    }

    private func takeOutcome() -> ExportOutcome {
        report.take(queuedPoints: schedule.pointCount, warnings: store.takeWarnings(), isCancelled: Task.isCancelled)
    }
}
