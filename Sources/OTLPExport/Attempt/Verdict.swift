internal import Pipeline

/// How the attempts at one request ended.
struct Verdict: Equatable, Sendable {
    /// The last answer, or why there was none.
    var answer: ResponseClassification
    /// How often it was tried.
    var attempts: Int
    /// The time for all attempts and the waits between them.
    var elapsed: Duration

    /// What became of the request's `points`, counted and in words that name `endpoint`.
    func outcome(points: Int, endpoint: OTLPEndpoint) -> ExportOutcome {
        switch answer {
        case .success(let status, let warning):
            .success(points: points, attempts: attempts, status: status, warning: warning, endpoint: endpoint)
        case .partialSuccess(let status, let rejected, let message):
            .partialSuccess(
                points: points,
                rejected: rejected,
                attempts: attempts,
                status: status,
                message: message,
                endpoint: endpoint
            )
        case .permanent(let problem), .retryable(let problem, _), .deferred(let problem):
            problem.outcome(points: points, endpoint: endpoint, attempts: attempts, elapsed: elapsed)
        }
    }
}
