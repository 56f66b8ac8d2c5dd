internal import Pipeline

extension Delivery {
    /// Takes what may arrive later out of what is settled.
    ///
    /// - Returns: It as one request, and why it did not arrive; nil when everything is settled.
    mutating func takeUndelivered() -> (request: EncodedRequest, problem: ExportOutcome)? {
        guard let request = EncodedRequest(joining: undelivered) else { return nil }
        outcome.takeBack(problem)
        undelivered = []
        // The attempts stay with the outcome.
        problem.attempts = 0
        return (request, problem)
    }
}

extension EncodedRequest {
    /// The points of `requests`, which are of one export and compressed alike, in their order; nil without any.
    init?(joining requests: [EncodedRequest]) {
        guard var joined = requests.first else { return nil }
        for request in requests.dropFirst() {
            // One after the other they are one: protobuf adds up repeated fields, and gzip has members.
            joined.body += request.body
            joined.pointCount += request.pointCount
        }
        self = joined
    }
}
