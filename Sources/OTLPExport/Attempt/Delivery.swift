internal import Pipeline

/// What became of one encoded request.
struct Delivery: Hashable, Sendable {
    /// What became of its points.
    ///
    /// Those of ``undelivered`` are counted as dropped; who keeps these requests for later takes them off again.
    var outcome = ExportOutcome()
    /// What did not arrive but may, later: the request itself, or what is left of it after it was halved.
    ///
    /// Requests that the receiver refused for good are not among them, nor is what it took.
    var undelivered: [EncodedRequest] = []
    /// How long the receiver wants to be left alone before it gets them.
    var retryAfter: Duration?
    /// Why they did not arrive, with their points counted as dropped.
    var problem = ExportOutcome()

    /// The points of ``undelivered``.
    var undeliveredPoints: Int { undelivered.reduce(0) { $0 + $1.pointCount } }
}
