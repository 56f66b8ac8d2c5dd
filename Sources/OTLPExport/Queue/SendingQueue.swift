internal import Pipeline
internal import System

/// Keeps encoded requests until they have arrived, and sends them in order, also between exports.
///
/// With a spool each request is on disk before it is sent, so that none is lost with the process. Files are this actor's
/// own work, on a thread that may block; ``QueueSchedule`` has the rules.
actor SendingQueue {
    private let executor = BlockingExecutor(label: "tcplens.sending-queue")
    private let sender: OTLPSender
    private let patience: Duration?
    private let clock: ErasedClock
    private let random: @Sendable () -> Double

    private var store: RequestStore
    private var schedule: QueueSchedule
    private var report: QueueReport
    /// Sends what waits, as long as something waits.
    private var draining: Task<Void, Never>?
    /// The rest until the next request may be sent.
    private var rest: Task<Void, any Error>?
    /// Ends the waits between the attempts at the request that is being sent.
    private var hurry = Cancellation()
    /// The export that waits for the requests to be sent.
    private var waiting: (number: Int, continuation: CheckedContinuation<Void, Never>)?
    private var exportCount = 0
    /// When that export has waited as long as it may.
    private var overdue = Duration.zero
    private var isLast = false
    private var isShutDown = false

    /// Creates an empty queue before `sender`, and opens the spool if there is to be one.
    ///
    /// - Throws: ``SpoolError`` when the spool can't be meant, or another process has it.
    init(
        _ configuration: OTLPConfiguration,
        sender: OTLPSender,
        retryPolicy: RetryPolicy,
        clock: ErasedClock,
        random: @escaping @Sendable () -> Double
    ) throws(SpoolError) {
        store = try RequestStore(spool: configuration.spool)
        schedule = QueueSchedule(
            memoryLimit: configuration.queueLimit,
            spoolLimit: configuration.spoolLimit,
            retryPolicy: retryPolicy
        )
        self.sender = sender
        report = QueueReport(endpoint: configuration.endpoint)
        patience = configuration.patience.map { min($0, sender.timeout) }
        self.clock = clock
        self.random = random
    }

    /// The actor's own thread, which may block.
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Adds the requests of one export and waits until all have arrived, the receiver turns out to be away, or time is over.
    ///
    /// What waits then goes on being sent. There may be one export at a time.
    ///
    /// - Parameters:
    ///   - encoded: The requests, and what could not be encoded.
    ///   - isLast: Whether the process is about to end. Then what waits is tried once more, oldest first, until the
    ///     receiver fails; what is left stays in the spool or is lost.
    /// - Returns: What became of points since the last export, of this one or earlier ones.
    func export(_ encoded: RequestEncoder.Result, isLast: Bool) async -> ExportOutcome {
        if let problem = encoded.problem {
            report.add(problem, points: encoded.droppedPoints)
        }
        guard !isShutDown else {
            let points = encoded.requests.reduce(0) { $0 + $1.pointCount }
            report.add(.cancelled, points: points)
            return takeOutcome()
        }
        self.isLast = isLast
        giveUp(schedule.restore(store.open()))
        schedule.beginExport()
        for request in encoded.requests {
            add(request)
        }
        if isLast {
            hurry.cancel()
            schedule.hurry()
            rest?.cancel()
        }
        startDraining()
        // An outage that is known already need not be waited for again.
        if isLast || !schedule.isAway {
            await waitForRequests()
        }
        return takeOutcome()
    }

    /// Ends what is being done, gives up what waits in memory and the spool's lock, and refuses further exports.
    func shutdown() async {
        isShutDown = true
        rest?.cancel()
        await sender.shutdown()
        await draining?.value
        abandon()
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
        giveUp(displaced)
        return store.spool(request)
    }

    private func inMemory(_ request: EncodedRequest) -> QueuedRequest? {
        guard let displaced = schedule.makeRoom(for: request.body.count, inSpool: false) else { return nil }
        giveUp(displaced)
        return .inMemory(request)
    }

    /// Drops requests for want of room.
    private func giveUp(_ requests: [QueuedRequest]) {
        guard let first = requests.first else { return }
        for request in requests {
            store.remove(request)
        }
        report.addFull(
            points: requests.pointCount,
            place: first.isSpooled ? "spool" : "queue",
            limit: first.isSpooled ? schedule.spoolLimit : schedule.memoryLimit
        )
    }

    /// Gives up what would not outlive the process, which is about to end.
    private func abandon() {
        report.addAbandoned(points: schedule.abandonMemory().pointCount)
    }
}

// MARK: - What goes out

extension SendingQueue {
    private func startDraining() {
        guard draining == nil else { return }
        draining = Task { await self.drain() }
    }

    private func drain() async {
        drained: while !isShutDown {
            switch schedule.next(at: clock.now()) {
            case .rest: break drained
            case .wait(let duration): await rest(duration)
            case .send(let queued):
                // An attempt that began before the last export is not the last one.
                let isLastAttempt = isLast
                let isDone = await send(queued)
                if !isDone, isLastAttempt { break drained }
                if isLast, !isDone { schedule.hurry() }
                if !isLast, !isDone || clock.now() >= overdue { release() }
            }
        }
        draining = nil
        if isLast || isShutDown {
            abandon()
        }
        release()
    }

    private func rest(_ duration: Duration) async {
        let rest = Task { [clock] in try await clock.sleep(duration) }
        self.rest = rest
        // A clock that throws for another reason only makes the rest shorter.
        _ = await rest.result
        self.rest = nil
    }

    /// Sends `queued`, and returns whether it is done with.
    private func send(_ queued: QueuedRequest) async -> Bool {
        let start = clock.now()
        guard let request = load(queued) else {
            schedule.finish(at: start, after: .zero)
            return true
        }
        hurry = Cancellation()
        var delivery = await sender.send(
            request,
            within: sender.timeout,
            // In an outage the waits are the schedule's.
            attemptLimit: schedule.isAway || isLast ? 1 : .max,
            hurry: hurry
        )
        let now = clock.now()
        guard let (left, problem) = delivery.takeUndelivered() else {
            store.remove(queued)
            report.add(delivery.outcome)
            report.problem = nil
            schedule.finish(at: now, after: now - start)
            return true
        }
        report.add(delivery.outcome)
        let back = left == request ? queued : store.replace(queued, with: left)
        if problem.failure == .cancelled {
            schedule.putBack(back)
        } else {
            report.problem = problem
            var displaced = schedule.giveBack(back, at: now, retryAfter: delivery.retryAfter, random: random())
            if let index = displaced.firstIndex(of: back) {
                // It does not fit itself: then it is lost for the reason that it did not arrive.
                store.remove(displaced.remove(at: index))
                report.add(problem)
            }
            giveUp(displaced)
        }
        return false
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
    /// Returns when the drain has nothing to do or meets an outage, or when this export has waited long enough.
    private func waitForRequests() async {
        guard draining != nil else { return }
        exportCount += 1
        let number = exportCount
        overdue = clock.now() + sender.timeout
        let timer =
            isLast
            ? nil
            : patience.map { patience in
                Task { [clock] in
                    try await clock.sleep(patience)
                    self.release(number)
                }
            }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting = (number, $0) }
        } onCancel: {
            Task { await self.release(number) }
        }
        timer?.cancel()
    }

    /// Lets the export that waits go on, if it is the one with `number` or any will do.
    private func release(_ number: Int? = nil) {
        guard let export = waiting, number == nil || number == export.number else { return }
        waiting = nil
        export.continuation.resume()
    }

    private func takeOutcome() -> ExportOutcome {
        report.take(queuedPoints: schedule.pointCount, warnings: store.takeWarnings(), isCancelled: Task.isCancelled)
    }
}
