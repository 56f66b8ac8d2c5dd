/// What became of the points of an export.
package struct ExportOutcome: Hashable, Sendable {
    /// Why points did not arrive.
    ///
    /// There are few values, because they are values of the attribute `error.type`.
    package enum Failure: Hashable, Sendable, CustomStringConvertible {
        /// The receiver accepted a request but rejected some of its points.
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
        /// The reader of the output has closed it.
        case closed
        /// The exporter was shut down, or the task was cancelled.
        case cancelled
        /// The queue was full, because the receiver failed for too long.
        case queueFull
        /// A request in the spool is damaged.
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

    /// What became of a data point.
    package enum Fate: Hashable, Sendable {
        /// The receiver accepted it.
        case accepted
        /// It waits in the queue.
        case queued
        /// It never arrives.
        case lost(Failure)
    }

    /// What there is to say about an export.
    package struct Notice: Hashable, Sendable {
        /// Why points did not arrive; nil if the message is only a warning, or if there is nothing to say.
        package var failure: Failure?
        /// Distinguishes notices with the same ``failure``; contains no numbers or words that vary.
        package var cause: String?
        /// A line without secrets: what failed, on what, why and what to do; or a warning of the receiver.
        package var message: String?

        /// Creates a notice.
        package init(failure: Failure? = nil, cause: String? = nil, message: String? = nil) {
            (self.failure, self.cause, self.message) = (failure, cause, message)
        }

        /// The notice of the highest severity is the one that is reported.
        fileprivate var severity: Int {
            switch failure {
            case nil: message == nil ? 0 : 1
            case .rejected: 2
            default: 3
            }
        }
    }

    /// The number of points by fate; those of earlier exports may be among them.
    ///
    /// Every number is positive.
    private var points: [Fate: Int] = [:]
    /// The number of attempts; an export of several requests has at least one for each.
    package var attempts: Int
    /// The status of the last response, or nil if there was none.
    package var status: Int?
    /// Why points did not arrive, or a warning.
    package var notice: Notice
    /// Further lines for the log, without secrets.
    ///
    /// Each is reported only once.
    package var warnings: [String] = []

    /// Creates an outcome; dropped points are lost for `failure`, and rejected ones for ``Failure/rejected``.
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
        self.attempts = attempts
        self.status = status
        notice = Notice(failure: failure, message: message)
        self[.accepted] = acceptedPoints
        self[.queued] = queuedPoints
        self[.lost(.rejected)] = rejectedPoints
        self[.lost(failure ?? .cancelled)] += droppedPoints
    }

    /// The number of points with this fate.
    package subscript(fate: Fate) -> Int {
        get { points[fate, default: 0] }
        set { points[fate] = newValue > 0 ? newValue : nil }
    }
}

// MARK: - Computed

extension ExportOutcome {
    /// The number of points that arrived.
    package var acceptedPoints: Int { self[.accepted] }

    /// The number of points that wait to be sent, those of earlier exports included.
    package var queuedPoints: Int { self[.queued] }

    /// The number of points that the receiver rejected although it accepted the request (partial success).
    package var rejectedPoints: Int { self[.lost(.rejected)] }

    /// The number of points that never arrive for any other reason.
    package var droppedPoints: Int { lostPoints.reduce(-rejectedPoints) { $0 + $1.value } }

    /// The number of points that never arrive, by reason.
    package var lostPoints: [Failure: Int] {
        var lost: [Failure: Int] = [:]
        for case (.lost(let failure), let count) in points {
            lost[failure] = count
        }
        return lost
    }

    /// Why points did not arrive, or nil if all did.
    package var failure: Failure? { notice.failure }

    /// Distinguishes outcomes with the same ``failure``; contains no numbers or words that vary.
    ///
    /// Nil if nothing does.
    package var cause: String? { notice.cause }

    /// A line without secrets: what failed, on what, why and what to do; or a warning of the receiver.
    package var message: String? { notice.message }

    /// Whether all points arrived.
    package var isSuccess: Bool { failure == nil && queuedPoints == 0 }

    /// Whether the fate of the points is still open: the receiver has not answered since the previous export.
    package var isUndecided: Bool { failure == nil && queuedPoints > 0 && acceptedPoints == 0 }
}

// MARK: - Sums

extension ExportOutcome {
    /// Adds what became of other points; the notice of the higher severity stays, and the first of two equal ones.
    package mutating func add(_ other: ExportOutcome) {
        for (fate, count) in other.points {
            self[fate] += count
        }
        attempts += other.attempts
        status = other.status ?? status
        warnings += other.warnings
        if other.notice.severity > notice.severity {
            notice = other.notice
        }
    }

    /// Adds `count` points that are lost for the failure of `notice`.
    package mutating func add(lost count: Int, _ notice: Notice, status: Int? = nil) {
        var outcome = ExportOutcome(droppedPoints: count, status: status, failure: notice.failure)
        outcome.notice = notice
        add(outcome)
    }
}
