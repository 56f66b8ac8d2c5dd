internal import Pipeline

/// Collects what became of the points of a queue between two exports, and puts it into words.
struct QueueReport {
    /// Why the receiver did not accept the oldest request when it was last tried; nil if it did.
    var outage: ExportOutcome.Notice?

    private let endpoint: OTLPEndpoint
    /// What a hint calls the setting of the spool.
    private let spoolName: String
    private var outcome = ExportOutcome()

    /// Creates a report about a queue for the receiver in `configuration`.
    init(_ configuration: OTLPConfiguration) {
        endpoint = configuration.endpoint
        spoolName = configuration.names.spool
    }

    /// Adds the outcome of an attempt.
    mutating func add(_ outcome: ExportOutcome) {
        self.outcome.add(outcome)
    }

    /// Notes that the receiver fails.
    ///
    /// - Parameters:
    ///   - problem: Why it did not accept the oldest request.
    ///   - points: The number of points in the request.
    ///   - progress: The attempts at it.
    /// - Returns: The same in words.
    mutating func noteOutage(
        _ problem: ExportProblem,
        points: Int,
        _ progress: QueueSchedule.Progress
    ) -> ExportOutcome.Notice {
        let notice = ExportOutcome.Notice(
            problem,
            points: points,
            endpoint: endpoint,
            attempts: progress.attempts,
            elapsed: progress.elapsed
        )
        outcome.status = problem.status ?? outcome.status
        outage = notice
        return notice
    }

    /// Adds `points` that are dropped for `problem`.
    mutating func add(lost points: Int, _ problem: ExportProblem) {
        add(lost: points, ExportOutcome.Notice(problem, points: points, endpoint: endpoint))
    }

    /// Adds `points` that are dropped for the reason in `notice`.
    mutating func add(lost points: Int, _ notice: ExportOutcome.Notice) {
        outcome.add(lost: points, notice)
    }

    /// Adds the points of `request`, which is larger than the queue, whose limit is `limit` bytes.
    mutating func addOversize(_ request: EncodedRequest, limit: Int) {
        add(
            request.pointCount,
            lostFor: .queueFull,
            """
            \(request.pointCount) data points are dropped: they take \(request.body.count) bytes, more than the limit \
            of the queue (\(limit)), and \(endpoint) does not accept them now
            """
        )
    }

    /// Adds `points` that were dropped to make room in `place`, whose limit is `limit` bytes.
    mutating func addFull(points: Int, place: String, limit: Int) {
        add(
            points,
            lostFor: .queueFull,
            "the \(place) is full (\(limit) bytes): \(points) data points are dropped, the oldest first"
        )
    }

    /// Adds `points` that are lost because the process ends.
    mutating func addUnsent(points: Int) {
        guard points > 0 else { return }
        add(
            points,
            lostFor: outage?.failure ?? .cancelled,
            """
            \(points) data points that waited for \(endpoint) are lost because the process ends: they were in memory \
            only; a spool (\(spoolName)) would keep them
            """
        )
    }

    /// Adds `points` of a request that can't be read from the spool.
    mutating func addDamaged(points: Int, _ error: SpoolError) {
        add(points, lostFor: .damaged, "\(points) data points are lost: \(error)")
    }

    /// Returns the sum since the last call, and starts anew.
    ///
    /// - Parameters:
    ///   - queuedPoints: The number of points that wait now.
    ///   - warnings: Further lines for the log.
    ///   - isCancelled: Whether the export was cancelled.
    /// - Returns: The outcome of the export.
    mutating func take(queuedPoints: Int, warnings: [String], isCancelled: Bool) -> ExportOutcome {
        var outcome = outcome
        self.outcome = ExportOutcome()
        outcome[.queued] = queuedPoints
        outcome.warnings = warnings
        if let outage {
            // Why the points had to wait, and then what was lost.
            let loss = outcome.message == outage.message ? nil : outcome.message
            if outcome.failure == nil {
                outcome.notice = outage
            }
            outcome.notice.message = [outage.message, loss].compactMap(\.self).joined(separator: "; ")
        } else if isCancelled, queuedPoints > 0, outcome.failure == nil {
            let message = "the export to \(endpoint) was cancelled"
            outcome.notice = ExportOutcome.Notice(failure: .cancelled, message: message)
        }
        return outcome
    }

    private mutating func add(_ points: Int, lostFor failure: ExportOutcome.Failure, _ message: String) {
        add(lost: points, ExportOutcome.Notice(failure: failure, message: message))
    }
}
