internal import DequeModule

/// Decides which request is sent next and when, and which requests are dropped if there is no room: all rules of the
/// queue, without sockets, files and clocks.
///
/// Requests are sent one at a time, oldest first. A request that fails is tried again until its timeout is over, as
/// ``RetryPolicy`` decides. If it still fails, the receiver counts as failing and the request goes back to the front;
/// from then on there is one attempt at a time, with backoff, until one succeeds. After each success the receiver gets
/// a pause as long as it took to answer if more requests wait, so that a backlog takes at most half of its time. After
/// an outage they spread it over ``RetryPolicy/backlogTime(random:)``, but are a second at most.
///
/// The waiting requests are limited in bytes, separately in memory and in the spool. The oldest are dropped first. As
/// long as the receiver does not fail, the requests of one export are not dropped for each other: they are about to be
/// sent.
///
/// Moments are durations since an arbitrary fixed one.
struct QueueSchedule {
    /// What to do next.
    enum Step: Equatable {
        /// Make an attempt at this request, and report the result.
        case send(QueuedRequest)
        /// Ask again after this time.
        case wait(Duration)
        /// Do nothing: the queue is empty, or an attempt is in progress.
        case idle
    }

    /// The attempts at a request so far.
    struct Progress: Equatable {
        /// Their number.
        var attempts: Int
        /// The time since the first one began.
        var elapsed: Duration
        /// What is left of the timeout.
        var timeLeft: Duration
    }

    /// The request that was taken from ``waiting``, until it is settled or goes back.
    private struct Head {
        var request: QueuedRequest
        var start: Duration
        var attempts = 0
        /// Whether an attempt is in progress.
        ///
        /// If not, the next one begins at ``earliest``.
        var isSending = false
    }

    /// The limits of the pause after a success while other requests wait.
    private static let pace = Duration.milliseconds(10)...Duration.seconds(1)

    /// The greatest number of bytes that wait in memory.
    let memoryLimit: Int
    /// The greatest number of bytes that wait in the spool.
    let spoolLimit: Int
    /// The time for all attempts at a request, as long as the receiver does not fail.
    let timeout: Duration
    private let retryPolicy: RetryPolicy

    private var waiting: Deque<QueuedRequest> = []
    private var head: Head?
    private var memorySize = 0
    private var spoolSize = 0
    private var waitingPoints = 0
    /// Requests at the end of ``waiting`` that belong to the export in progress.
    private var freshCount = 0
    /// How many times in a row the oldest request was given its time and failed.
    private var failures = 0
    /// Until when the backlog of an outage is spread; nil when no backlog waits.
    private var backlogEnd: Duration?
    /// Whether the requests are a backlog from an earlier process, of which none was accepted yet.
    private var isRestored = false
    /// Nothing is sent before this moment.
    private var earliest = Duration.zero

    /// Creates an empty queue.
    init(memoryLimit: Int, spoolLimit: Int, timeout: Duration, retryPolicy: RetryPolicy) {
        self.memoryLimit = memoryLimit
        self.spoolLimit = spoolLimit
        self.timeout = timeout
        self.retryPolicy = retryPolicy
    }

    /// The number of data points in all requests.
    var pointCount: Int { waitingPoints + (head?.request.pointCount ?? 0) }

    /// The number of requests.
    var count: Int { waiting.count + (head == nil ? 0 : 1) }

    /// Whether the receiver failed to accept the oldest request within its timeout.
    var isFailing: Bool { failures > 0 }
}

// MARK: - What comes in

extension QueueSchedule {
    /// Begins an export.
    ///
    /// Requests that were added before may be dropped to make room for it.
    mutating func beginExport() {
        freshCount = 0
    }

    /// Makes room for a request of `size` bytes, before it is added.
    ///
    /// - Returns: The requests that must be dropped. Nil if there can be no room: the request is larger than the limit,
    ///   and would have to wait behind others while the receiver fails.
    mutating func makeRoom(for size: Int, inSpool: Bool) -> [QueuedRequest]? {
        let limit = limit(inSpool: inSpool)
        guard size <= limit else {
            // It can't be spooled. In memory it may have one attempt if it is next.
            return inSpool || isFailing && count > 0 ? nil : []
        }
        return drop(inSpool: inSpool, downTo: limit - size, sparing: isFailing ? 0 : freshCount)
    }

    /// Adds a request as the newest.
    mutating func append(_ request: QueuedRequest) {
        add(request)
        waiting.append(request)
        freshCount += 1
    }

    /// Adds the requests that an earlier process left in the spool; they are older than all others.
    ///
    /// - Parameter requests: Oldest first.
    /// - Returns: The requests that must be dropped because the limit is lower than it was.
    mutating func restore(_ requests: [QueuedRequest]) -> [QueuedRequest] {
        for request in requests {
            add(request)
        }
        waiting.prepend(contentsOf: requests)
        isRestored = !requests.isEmpty
        return drop(inSpool: true, downTo: spoolLimit, sparing: freshCount)
    }
}

// MARK: - What goes out

extension QueueSchedule {
    /// What to do at the moment `now`.
    mutating func next(at now: Duration) -> Step {
        guard head?.isSending != true, count > 0 else { return .idle }
        guard now >= earliest else { return .wait(earliest - now) }
        guard var next = head ?? takeFirst(at: now) else { return .idle }
        next.isSending = true
        next.attempts += 1
        head = next
        return .send(next.request)
    }

    /// How far the attempts at the current request have come.
    func progress(at now: Duration) -> Progress {
        let elapsed = now - (head?.start ?? now)
        return Progress(attempts: head?.attempts ?? 0, elapsed: elapsed, timeLeft: timeout - elapsed)
    }

    /// The current request is settled: it was accepted or refused for good.
    ///
    /// - Parameters:
    ///   - now: This moment.
    ///   - random: A number from 0 up to, but not including, 1, for the jitter.
    mutating func succeed(at now: Duration, random: Double) {
        if waiting.isEmpty {
            backlogEnd = nil
        } else if isFailing || isRestored {
            backlogEnd = now + retryPolicy.backlogTime(random: random)
        }
        // What is exported meanwhile waits, too, and must not make the backlog last.
        let spread = backlogEnd.map { ($0 - now) / max(waiting.count, 1) } ?? .zero
        let pause = max(progress(at: now).elapsed, spread, Self.pace.lowerBound)
        head = nil
        failures = 0
        isRestored = false
        earliest = waiting.isEmpty ? now : now + min(pause, Self.pace.upperBound)
    }

    /// The attempt at the current request failed, and another one may succeed.
    ///
    /// - Parameters:
    ///   - rest: What is left of the request.
    ///   - retry: Whether another attempt may succeed, and when.
    ///   - now: This moment.
    ///   - isLast: Whether this was the last attempt within the timeout, whatever is left of it.
    ///   - random: A number from 0 up to, but not including, 1, for the jitter.
    /// - Returns: The requests that must be dropped now that the receiver is failing; nil if the timeout leaves time
    ///   for another attempt.
    mutating func fail(
        _ rest: QueuedRequest,
        _ retry: Retry,
        at now: Duration,
        isLast: Bool,
        random: Double
    ) -> [QueuedRequest]? {
        let progress = progress(at: now)
        if !isFailing, !isLast,
            let delay = retryPolicy.delay(
                for: retry,
                afterAttempt: progress.attempts,
                within: progress.timeLeft,
                random: random
            )
        {
            head?.request = rest
            head?.isSending = false
            earliest = now + delay
            return nil
        }
        putBack(rest)
        failures += 1
        earliest = now + retryPolicy.delay(for: retry, afterFailures: failures, random: random)
        freshCount = 0
        return [false, true].flatMap { isSpooled in
            let limit = limit(inSpool: isSpooled)
            // A request over the limit can't be kept; it must not displace others.
            return remove { $0.isSpooled == isSpooled && $0.size > limit }
                + drop(inSpool: isSpooled, downTo: limit, sparing: 0)
        }
    }

    /// The attempt was interrupted, which says nothing about the receiver; `rest` is left of the request.
    mutating func interrupt(_ rest: QueuedRequest) {
        putBack(rest)
    }

    /// Lets the next attempt begin at once, and the others follow as fast as the receiver answers.
    mutating func skipDelay() {
        earliest = .zero
        backlogEnd = nil
        isRestored = false
    }

    /// Drops the requests in memory, because the process ends.
    mutating func dropMemory() -> [QueuedRequest] {
        freshCount = 0
        if let head, !head.isSending {
            putBack(head.request)
        }
        return remove { !$0.isSpooled }
    }
}

// MARK: - Limits

extension QueueSchedule {
    private func limit(inSpool: Bool) -> Int {
        inSpool ? spoolLimit : memoryLimit
    }

    /// Takes the oldest request from the queue.
    private mutating func takeFirst(at now: Duration) -> Head? {
        guard let first = waiting.popFirst() else { return nil }
        subtract(first)
        freshCount = min(freshCount, waiting.count)
        return Head(request: first, start: now)
    }

    /// Returns what is left of the current request to the front of the queue.
    private mutating func putBack(_ rest: QueuedRequest) {
        head = nil
        add(rest)
        waiting.prepend(rest)
    }

    /// Removes the oldest requests of a place until it has no more than `limit` bytes, except the `spared` newest.
    private mutating func drop(inSpool: Bool, downTo limit: Int, sparing spared: Int) -> [QueuedRequest] {
        var removed: [QueuedRequest] = []
        var index = 0
        while (inSpool ? spoolSize : memorySize) > limit, index < waiting.count - spared {
            guard waiting[index].isSpooled == inSpool else {
                index += 1
                continue
            }
            let request = waiting.remove(at: index)
            subtract(request)
            removed.append(request)
        }
        return removed
    }

    private mutating func remove(where isRemoved: (QueuedRequest) -> Bool) -> [QueuedRequest] {
        let removed = waiting.filter(isRemoved)
        guard !removed.isEmpty else { return [] }
        waiting.removeAll(where: isRemoved)
        for request in removed {
            subtract(request)
        }
        return Array(removed)
    }

    private mutating func add(_ request: QueuedRequest) {
        waitingPoints += request.pointCount
        if request.isSpooled { spoolSize += request.size } else { memorySize += request.size }
    }

    private mutating func subtract(_ request: QueuedRequest) {
        waitingPoints -= request.pointCount
        if request.isSpooled { spoolSize -= request.size } else { memorySize -= request.size }
    }
}
