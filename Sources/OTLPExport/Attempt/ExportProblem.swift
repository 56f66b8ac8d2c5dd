internal import Pipeline
internal import System

/// Why an export cannot go on, before it is known how often it was tried.
struct ExportProblem: Error, Hashable, Sendable {
    /// The kind, for metrics.
    var failure: ExportOutcome.Failure
    /// What the receiver, libcurl or the encoder says.
    var reason: String
    /// What the user can do, a sentence.
    var hint: String?
    /// What tells this problem from others with the same ``failure``, without numbers and words that vary; nil if nothing.
    var cause: String?

    static let cancelled = ExportProblem(failure: .cancelled, reason: "the export was cancelled")

    static let overdue = ExportProblem(failure: .timeout, reason: "no time was left for them")

    /// Whether it is what the receiver answered.
    var isAnswer: Bool {
        if case .status = failure { true } else { false }
    }

    /// Whether less at a time may be taken.
    ///
    /// The Collector answers 400 to a body over its limit, with a text that Go's HTTP server has for it.
    var isRequestTooLarge: Bool {
        failure == .status(413) || (failure == .status(400) && reason.contains("request body too large"))
    }

    /// The outcome of an export that ends with this problem.
    func outcome(
        points: Int,
        endpoint: OTLPEndpoint,
        attempts: Int = 0,
        elapsed: Duration = .zero
    ) -> ExportOutcome {
        var message = "cannot export \(points) data points to \(endpoint): \(reason)"
        if attempts > 1 {
            message += " (\(attempts) attempts in \(elapsed.text))"
        }
        if let hint {
            message += ". \(hint)"
        }
        var outcome = ExportOutcome(droppedPoints: points, attempts: attempts, failure: failure, message: message)
        outcome.cause = cause
        if case .status(let status) = failure {
            outcome.status = status
        }
        return outcome
    }

    /// Says in the reason that the receiver wants more patience than the `rest` of the timeout, if it does.
    mutating func note(retryAfter: Duration?, rest: Duration, timeout: Duration) {
        guard let retryAfter, retryAfter >= .seconds(1), retryAfter >= rest else { return }
        let wish = retryAfter > QueueSchedule.longestRetryAfter ? "more than an hour" : retryAfter.text
        reason += "; the receiver asks to wait \(wish), more than is left of the timeout of \(timeout.text)"
    }
}
