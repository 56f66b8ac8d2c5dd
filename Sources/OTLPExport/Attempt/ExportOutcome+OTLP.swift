internal import Pipeline

extension ExportOutcome {
    /// Adds that the receiver accepted `points`, perhaps with a warning.
    mutating func add(accepted points: Int, status: Int, warning: String?, endpoint: OTLPEndpoint) {
        add(
            ExportOutcome(
                acceptedPoints: points,
                status: status,
                message: warning.map { "\(endpoint) took \(points) data points with a warning: \($0)" }
            )
        )
    }

    /// Adds that the receiver accepted a request of `points` but rejected some of them.
    ///
    /// - Parameters:
    ///   - points: The number of points in the request.
    ///   - rejected: The number that the receiver states; limited to `points`.
    ///   - status: The status of the response.
    ///   - reason: The reason that the receiver gives; may be empty.
    ///   - endpoint: The receiver.
    mutating func add(partOf points: Int, rejected: Int64, status: Int, reason: String, endpoint: OTLPEndpoint) {
        let rejected = Int(clamping: min(max(rejected, 0), Int64(clamping: points)))
        let reason = reason.isEmpty ? "it gives no reason" : reason
        add(
            ExportOutcome(
                acceptedPoints: points - rejected,
                rejectedPoints: rejected,
                status: status,
                failure: .rejected,
                message: "\(endpoint) rejected \(rejected) of \(points) data points: \(reason)"
            )
        )
    }

    /// Adds that `request` is too large for the receiver and is sent in halves instead.
    mutating func add(halved request: EncodedRequest, _ problem: ExportProblem, endpoint: OTLPEndpoint) {
        add(
            ExportOutcome(
                message: """
                    \(endpoint) does not accept a request of \(request.pointCount) data points in \(request.body.count) bytes \
                    (\(problem.reason)), so they are sent in halves\(problem.hint.map { ". \($0)" } ?? "")
                    """
            )
        )
    }
}
