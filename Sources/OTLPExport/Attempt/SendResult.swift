internal import Pipeline

/// The result of one attempt to send a request.
struct SendResult: Hashable, Sendable {
    /// What became of the points that are settled: accepted, rejected or dropped.
    ///
    /// Its attempts count every HTTP request that was made, those for ``undelivered`` included.
    var outcome = ExportOutcome()
    /// What is not settled; nil if everything is.
    var undelivered: Undelivered?
}

/// The part of a request that the receiver has neither accepted nor refused for good.
struct Undelivered: Hashable, Sendable {
    /// The request itself, or what is left of it after it was split.
    var request: EncodedRequest
    /// Why it was not delivered.
    var problem: ExportProblem
    /// Whether another attempt may succeed, and from when on.
    var retry: Retry
}
