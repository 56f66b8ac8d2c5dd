internal import Pipeline
internal import System

/// Why a request was not accepted.
struct ExportProblem: Error, Hashable, Sendable {
    /// The kind, for metrics.
    var failure: ExportOutcome.Failure
    /// What the receiver, libcurl or the encoder says, without secrets.
    var reason: String
    /// A sentence that tells the user what to do.
    var hint: String?
    /// Distinguishes problems with the same ``failure``; contains no numbers or words that vary.
    ///
    /// Nil if there is only one.
    var cause: String?

    /// The exporter was shut down, or the task was cancelled.
    static let cancelled = ExportProblem(failure: .cancelled, reason: "the export was cancelled")

    /// The timeout was over before the request could be sent.
    static let overdue = ExportProblem(failure: .timeout, reason: "no time was left for them")

    /// The status that the receiver answered with; nil if there was no answer.
    var status: Int? {
        if case .status(let status) = failure { status } else { nil }
    }

    /// Whether the receiver may accept the same points in smaller requests.
    ///
    /// The Collector answers 400 to a body over its limit, with the error text of Go's HTTP server.
    var isRequestTooLarge: Bool {
        failure == .status(413) || (failure == .status(400) && reason.contains("request body too large"))
    }

    /// Adds to the reason that the receiver asks for a longer delay than `timeLeft`, if it does.
    ///
    /// - Parameters:
    ///   - retry: When the receiver wants the next attempt.
    ///   - timeLeft: What is left of `timeout`.
    ///   - timeout: The time for all attempts, which the text names.
    mutating func note(_ retry: Retry, timeLeft: Duration, timeout: Duration) {
        guard case .soon(let retryAfter?) = retry, retryAfter >= .seconds(1), retryAfter >= timeLeft else { return }
        let delay = retryAfter > RetryPolicy.longestWait ? "more than an hour" : retryAfter.text
        reason += "; the receiver asks to wait \(delay), more than is left of the timeout of \(timeout.text)"
    }
}

extension ExportOutcome.Notice {
    /// Says that `points` could not be exported to `endpoint`, after `attempts` that took `elapsed`.
    init(
        _ problem: ExportProblem,
        points: Int,
        endpoint: OTLPEndpoint,
        attempts: Int = 0,
        elapsed: Duration = .zero
    ) {
        var message = "cannot export \(points) data points to \(endpoint): \(problem.reason)"
        if attempts > 1 {
            message += " (\(attempts) attempts in \(elapsed.text))"
        }
        if let hint = problem.hint {
            message += ". \(hint)"
        }
        self.init(failure: problem.failure, cause: problem.cause, message: message)
    }
}
