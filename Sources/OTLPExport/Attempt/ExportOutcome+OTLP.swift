internal import Pipeline

extension ExportOutcome {
    /// Notes that `request` is too large for the receiver and goes on in halves.
    mutating func note(halving request: EncodedRequest, _ problem: ExportProblem, endpoint: OTLPEndpoint) {
        message =
            message
                ?? """
                \(endpoint) takes no request of \(request.pointCount) data points in \(request.body.count) bytes \
                (\(problem.reason)), so they are sent in halves\(problem.hint.map { ". \($0)" } ?? "")
                """
    }

    /// All points arrived; `warning` is the receiver's.
    static func success(
        points: Int,
        attempts: Int,
        status: Int,
        warning: String?,
        endpoint: OTLPEndpoint
    ) -> ExportOutcome {
        ExportOutcome(
            acceptedPoints: points,
            attempts: attempts,
            status: status,
            message: warning.map { "\(endpoint) took \(points) data points with a warning: \($0)" }
        )
    }

    /// Some points were refused; `rejected` is the receiver's word and held within what was sent.
    static func partialSuccess(
        points: Int,
        rejected: Int64,
        attempts: Int,
        status: Int,
        message: String,
        endpoint: OTLPEndpoint
    ) -> ExportOutcome {
        let rejected = Int(clamping: min(max(rejected, 0), Int64(clamping: points)))
        let reason = message.isEmpty ? "it gives no reason" : message
        return ExportOutcome(
            acceptedPoints: points - rejected,
            rejectedPoints: rejected,
            attempts: attempts,
            status: status,
            failure: .rejected,
            message: "\(endpoint) rejected \(rejected) of \(points) data points: \(reason)"
        )
    }
}
