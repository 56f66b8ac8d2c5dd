internal import Pipeline

/// What became of points in a queue since it was last told, and how that is said.
struct QueueReport {
    /// Why the receiver did not take the oldest request when it was last tried; nil when it did.
    var problem: ExportOutcome?

    private let endpoint: OTLPEndpoint
    private var outcome = ExportOutcome()

    /// Creates a report on a queue before `endpoint`.
    init(endpoint: OTLPEndpoint) {
        self.endpoint = endpoint
    }

    /// Adds what became of points.
    mutating func add(_ outcome: ExportOutcome) {
        self.outcome.add(outcome)
    }

    /// Adds `points` that were dropped for `problem`.
    mutating func add(_ problem: ExportProblem, points: Int) {
        add(problem.outcome(points: points, endpoint: endpoint))
    }

    /// Adds the points of `request`, which is larger than the queue, `limit` bytes.
    mutating func addOversize(_ request: EncodedRequest, limit: Int) {
        add(
            request.pointCount,
            lostFor: .queueFull,
            """
            \(request.pointCount) data points are dropped: they take \(request.body.count) bytes, more than the queue may \
            have (\(limit)), while \(endpoint) does not take them
            """
        )
    }

    /// Adds `points` that made room for others in `place`, which may have `limit` bytes.
    mutating func addFull(points: Int, place: String, limit: Int) {
        add(
            points,
            lostFor: .queueFull,
            "the \(place) is full (\(limit) bytes): \(points) data points are dropped, the oldest first"
        )
    }

    /// Adds `points` that do not outlive the process.
    mutating func addAbandoned(points: Int) {
        guard points > 0 else { return }
        add(
            points,
            lostFor: problem?.failure ?? .cancelled,
            """
            \(points) data points that waited for \(endpoint) are lost with the end of the process: they were in memory \
            only, while a spool (TCPLENS_SPOOL) outlives it
            """
        )
    }

    /// Adds `points` that can't be read again.
    mutating func addDamaged(points: Int, _ error: SpoolError) {
        add(points, lostFor: .damaged, "\(points) data points are lost: \(error)")
    }

    /// Takes all that was added; `queuedPoints` still wait, and `isCancelled` tells whether this export was.
    mutating func take(queuedPoints: Int, warnings: [String], isCancelled: Bool) -> ExportOutcome {
        var outcome = outcome
        self.outcome = ExportOutcome()
        outcome.queuedPoints = queuedPoints
        outcome.warnings = warnings
        if let problem {
            // What was lost comes on top of why it had to wait.
            let loss = outcome.message == problem.message ? nil : outcome.message
            if outcome.failure == nil {
                (outcome.failure, outcome.cause) = (problem.failure, problem.cause)
            }
            outcome.message = [problem.message, loss].compactMap(\.self).joined(separator: "; ")
        } else if isCancelled, queuedPoints > 0, outcome.failure == nil {
            outcome.failure = .cancelled
            outcome.message = "the export to \(endpoint) was cancelled"
        }
        return outcome
    }

    private mutating func add(_ points: Int, lostFor failure: ExportOutcome.Failure, _ message: String) {
        add(ExportOutcome(droppedPoints: points, failure: failure, message: message))
    }
}
