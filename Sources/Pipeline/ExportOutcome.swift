/// What became of an export.
package struct ExportOutcome: Hashable, Sendable {
    /// Why points did not arrive; few values, made for the attribute `error.type` of metrics.
    package enum Failure: Hashable, Sendable, CustomStringConvertible {
        /// The receiver refused some points of a request that it took.
        case rejected
        /// The receiver answered with this status.
        case status(Int)
        /// There was no answer in time.
        case timeout
        /// The connection could not be made, or broke.
        case transport
        /// The request or the response is larger than allowed.
        case tooLarge
        /// The metrics could not be encoded.
        case encoding
        /// Nobody reads any more what is printed.
        case closed
        /// The exporter was shut down, or the task was cancelled.
        case cancelled
        /// The receiver was away for so long that there was no more room for what waited.
        case queueFull
        /// What waited on disk is damaged.
        case damaged

        /// The value of `error.type`.
        package var description: String {
            switch self {
            case .rejected: "rejected"
            case .status(let status): "\(status)"
            case .timeout: "timeout"
            case .transport: "transport"
            case .tooLarge: "too_large"
            case .encoding: "encoding"
            case .closed: "closed"
            case .cancelled: "cancelled"
            case .queueFull: "queue_full"
            case .damaged: "damaged"
            }
        }
    }

    /// The points that arrived.
    package var acceptedPoints = 0
    /// The points that the receiver refused although it took the request (partial success).
    package private(set) var rejectedPoints = 0
    /// The points that were dropped because the export failed.
    package private(set) var droppedPoints = 0
    /// The points that did not arrive and never will, by reason: those of ``rejectedPoints`` and ``droppedPoints``.
    package private(set) var lostPoints: [Failure: Int] = [:]
    /// The points that wait to be sent, those of earlier exports included.
    package var queuedPoints = 0
    /// How often it was tried.
    package var attempts = 0
    /// The status of the last response, or nil when there was none.
    package var status: Int?
    /// Why points did not arrive, or nil when all did.
    package var failure: Failure?
    /// What tells this failure from others of its kind, without numbers and words that vary; nil if nothing does.
    package var cause: String?
    /// A line for people, without secrets: what failed, on what, why and what to do; or what the receiver warns of.
    package var message: String?
    /// What the user should know besides, each told once: a line for the log without secrets.
    package var warnings: [String] = []

    /// Creates an outcome.
    package init(
        acceptedPoints: Int = 0,
        rejectedPoints: Int = 0,
        droppedPoints: Int = 0,
        queuedPoints: Int = 0,
        attempts: Int = 0,
        status: Int? = nil,
        failure: Failure? = nil,
        message: String? = nil
    ) {
        self.acceptedPoints = acceptedPoints
        self.rejectedPoints = rejectedPoints
        self.droppedPoints = droppedPoints
        self.attempts = attempts
        self.status = status
        self.failure = failure
        self.message = message
        self.queuedPoints = queuedPoints
        lose(rejectedPoints, .rejected)
        lose(droppedPoints, failure ?? .cancelled)
    }

    /// Whether all points arrived.
    package var isSuccess: Bool { failure == nil && queuedPoints == 0 }

    /// Whether it is not known yet what becomes of the points: the receiver has not answered since the export before.
    package var isUndecided: Bool {
        failure == nil && queuedPoints > 0 && acceptedPoints == 0
    }
}

extension ExportOutcome {
    /// Adds what became of other points of the same export; of failures and messages the graver ones stay.
    package mutating func add(_ other: ExportOutcome) {
        acceptedPoints += other.acceptedPoints
        rejectedPoints += other.rejectedPoints
        droppedPoints += other.droppedPoints
        attempts += other.attempts
        status = other.status ?? status
        for (failure, points) in other.lostPoints {
            lose(points, failure)
        }
        warnings += other.warnings
        if other.gravity > gravity {
            (failure, cause, message) = (other.failure, other.cause, other.message)
        }
    }

    /// Takes back the loss of points, added as `loss`, that are kept for later instead.
    package mutating func takeBack(_ loss: ExportOutcome) {
        droppedPoints -= loss.droppedPoints
        for (failure, points) in loss.lostPoints {
            lose(-points, failure)
        }
        if lostPoints.isEmpty {
            (failure, cause, message) = (nil, nil, nil)
        }
    }

    private mutating func lose(_ points: Int, _ failure: Failure) {
        let sum = lostPoints[failure, default: 0] + points
        lostPoints[failure] = sum == 0 ? nil : sum
    }

    private var gravity: Int {
        switch failure {
        case nil: message == nil ? 0 : 1
        case .rejected: 2
        default: 3
        }
    }
}
