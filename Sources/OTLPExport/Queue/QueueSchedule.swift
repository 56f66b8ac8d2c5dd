internal import DequeModule

/// Which request is sent next, when, and which are given up for want of room: all rules of the queue, without sockets,
/// files and clocks.
///
/// Requests are sent one at a time, oldest first. What the receiver did not take goes back to the front, and the next
/// attempt waits for what the receiver asked for or for a back-off, whichever is longer. While others wait, the receiver
/// gets as long a rest after each request as it took to answer, so that a backlog takes at most half of its time.
///
/// What waits is bounded by bytes, in memory and in the spool apart, and the oldest goes first. One export is never split
/// by the bound as long as the receiver has not failed: its requests are about to be sent.
///
/// Moments are durations since any fixed one.
struct QueueSchedule {
    /// What to do next.
    enum Step: Equatable {
        /// Send this one, and report how that went.
        case send(QueuedRequest)
        /// Come back after this time.
        case wait(Duration)
        /// Nothing waits, or one is being sent.
        case rest
    }

    /// A receiver's wish for more patience than this is taken for a mistake.
    static let longestRetryAfter = Duration.seconds(3600)
    /// The bounds of the rest after a request while others wait.
    private static let pace = Duration.milliseconds(10)...Duration.seconds(1)

    /// The greatest number of bytes that wait in memory.
    let memoryLimit: Int
    /// The greatest number of bytes that wait in the spool.
    let spoolLimit: Int
    private let retryPolicy: RetryPolicy

    private var waiting: Deque<QueuedRequest> = []
    private var sending: QueuedRequest?
    private var memorySize = 0
    private var spoolSize = 0
    private var waitingPoints = 0
    /// How many at the end of ``waiting`` are of the current export and not given up for one another.
    private var freshCount = 0
    /// How often in a row the receiver did not take the oldest.
    private var failures = 0
    /// Before this moment nothing is sent.
    private var earliest = Duration.zero

    /// Creates an empty queue.
    init(memoryLimit: Int, spoolLimit: Int, retryPolicy: RetryPolicy) {
        self.memoryLimit = memoryLimit
        self.spoolLimit = spoolLimit
        self.retryPolicy = retryPolicy
    }

    /// The data points of all requests that wait or are being sent.
    var pointCount: Int { waitingPoints + (sending?.pointCount ?? 0) }

    /// The number of requests that wait or are being sent.
    var count: Int { waiting.count + (sending == nil ? 0 : 1) }

    /// Whether the receiver failed to take the oldest request when it was last tried.
    var isAway: Bool { failures > 0 }
}

// MARK: - What comes in

extension QueueSchedule {
    /// Begins an export: what was added before may be given up for it.
    mutating func beginExport() {
        freshCount = 0
    }

    /// Makes room for a request of `size` bytes, before it is added.
    ///
    /// - Returns: What has to be given up for it, or nil when it does not fit at all: it is larger than the bound, and would
    ///   have to wait behind others while the receiver is away.
    mutating func makeRoom(for size: Int, inSpool: Bool) -> [QueuedRequest]? {
        let limit = limit(inSpool: inSpool)
        guard size <= limit else {
            // A spool is not for it; in memory it can only wait for its one attempt.
            return inSpool || isAway && count > 0 ? nil : []
        }
        return giveUp(inSpool: inSpool, downTo: limit - size, sparing: isAway ? 0 : freshCount)
    }

    /// Adds the newest request.
    mutating func append(_ request: QueuedRequest) {
        add(request)
        waiting.append(request)
        freshCount += 1
    }

    /// Adds what an earlier process has left in the spool, which is older than everything here.
    ///
    /// - Parameter requests: Oldest first.
    /// - Returns: What has to be given up, because the bound is lower than it was.
    mutating func restore(_ requests: [QueuedRequest]) -> [QueuedRequest] {
        for request in requests {
            add(request)
        }
        waiting.prepend(contentsOf: requests)
        return giveUp(inSpool: true, downTo: spoolLimit, sparing: freshCount)
    }
}

// MARK: - What goes out

extension QueueSchedule {
    /// What to do at the moment `now`.
    mutating func next(at now: Duration) -> Step {
        guard sending == nil, !waiting.isEmpty else { return .rest }
        guard now >= earliest else { return .wait(earliest - now) }
        guard let first = waiting.popFirst() else { return .rest }
        subtract(first)
        freshCount = min(freshCount, waiting.count)
        sending = first
        return .send(first)
    }

    /// The one that was sent has arrived or was refused for good, and so is done with.
    ///
    /// - Parameters:
    ///   - now: This moment.
    ///   - elapsed: How long the receiver took to answer.
    mutating func finish(at now: Duration, after elapsed: Duration) {
        sending = nil
        failures = 0
        let rest = min(max(elapsed, Self.pace.lowerBound), Self.pace.upperBound)
        earliest = waiting.isEmpty ? now : now + rest
    }

    /// The one that was sent, or what is left of it, did not arrive and may later.
    ///
    /// - Parameters:
    ///   - request: What is left of it.
    ///   - now: This moment.
    ///   - retryAfter: How long the receiver wants to be left alone.
    ///   - random: A number from 0 up to, not including, 1, for the back-off.
    /// - Returns: What has to be given up now, as the receiver is away.
    mutating func giveBack(
        _ request: QueuedRequest,
        at now: Duration,
        retryAfter: Duration?,
        random: Double
    ) -> [QueuedRequest] {
        putBack(request)
        failures += 1
        let retryAfter = retryAfter.map { min($0, Self.longestRetryAfter) }
        earliest = now + retryPolicy.wait(afterAttempt: failures, retryAfter: retryAfter, random: random)
        freshCount = 0
        return [false, true].flatMap { isSpooled in
            let limit = limit(inSpool: isSpooled)
            // What is over the bound alone cannot be kept, and nothing else is to go for it.
            return remove { $0.isSpooled == isSpooled && $0.size > limit }
                + giveUp(inSpool: isSpooled, downTo: limit, sparing: 0)
        }
    }

    /// The one that was sent was interrupted, which says nothing about the receiver.
    mutating func putBack(_ request: QueuedRequest) {
        sending = nil
        add(request)
        waiting.prepend(request)
    }

    /// Lets the next one be sent at once.
    mutating func hurry() {
        earliest = .zero
    }

    /// Gives up what waits in memory, as the process ends.
    mutating func abandonMemory() -> [QueuedRequest] {
        freshCount = 0
        return remove { !$0.isSpooled }
    }
}

// MARK: - Bounds

extension QueueSchedule {
    private func limit(inSpool: Bool) -> Int {
        inSpool ? spoolLimit : memoryLimit
    }

    /// Removes the oldest of a place until no more than `limit` bytes are left, but none of the `spared` newest.
    private mutating func giveUp(inSpool: Bool, downTo limit: Int, sparing spared: Int) -> [QueuedRequest] {
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

    private mutating func remove(where isOutcast: (QueuedRequest) -> Bool) -> [QueuedRequest] {
        let removed = waiting.filter(isOutcast)
        guard !removed.isEmpty else { return [] }
        waiting.removeAll(where: isOutcast)
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
