internal import Metrics
internal import Pipeline
internal import System

/// Sends encoded requests to an OTLP receiver over HTTP, one at a time, over a connection that is kept open.
///
/// It makes one attempt at each request; whether and when there is another is the caller's decision (``RetryPolicy``).
///
/// The process must ignore SIGPIPE before the first request.
actor OTLPSender {
    /// Stop splitting after this many single data points were rejected as too large and none was accepted.
    private static let maxOversizedPoints = 8

    private let executor = BlockingExecutor(label: "tcplens.otlp-sender")
    private let configuration: OTLPConfiguration
    private let userAgent: String
    private let observer: TransferObserver?
    private let secrets: Secrets
    private var files: CredentialFiles
    private var client: HTTPClient
    private let clock: ErasedClock
    private let turn = Turn()
    /// The size of the smallest body that the receiver rejected as too large, and its answer.
    ///
    /// Bodies of that size or more are split before they are sent.
    private var sizeLimit: (size: Int, problem: ExportProblem)?
    private let shutdownRequest = Cancellation()

    /// Creates a sender; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: Where to send and how.
    ///   - version: The version of tcplens, for the header `User-Agent`.
    ///   - clock: Measures the timeout of a request that is split; libcurl has its own clock.
    ///   - observes: Whether to record the stages of each request (``TransferReport``).
    /// - Throws: ``TransportError`` if libcurl cannot be set up.
    init(
        _ configuration: OTLPConfiguration,
        version: String,
        clock: ErasedClock,
        observes: Bool = false
    ) throws(TransportError) {
        self.configuration = configuration
        // The format is specified (`protocol/exporter.md`, "User Agent").
        userAgent = "tcplens/\(version) OTel-OTLP-Exporter-Swift/\(version)"
        secrets = Secrets(configuration)
        files = CredentialFiles(configuration)
        observer = observes ? TransferObserver() : nil
        client = try Self.client(configuration, userAgent: userAgent, observer)
        self.clock = clock
    }

    /// The actor's own thread, which may block.
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Makes one attempt to send `request`.
    ///
    /// A request that is too large for the receiver is split into halves, and there is one attempt at each part. The
    /// first part that fails but may succeed later ends it. So does the end of the timeout, cancellation of the task,
    /// and ``shutdown()``. What was not sent by then is undelivered.
    ///
    /// - Parameters:
    ///   - request: What to send.
    ///   - timeout: The time for everything.
    /// - Returns: What is settled, and what is not.
    func send(_ request: EncodedRequest, timeout: Duration) async -> SendResult {
        await turn.take()
        defer { turn.give() }

        let cancellation = Cancellation()
        shutdownRequest.onCancel { cancellation.cancel() }
        defer { shutdownRequest.onCancel(nil) }
        return await withTaskCancellationHandler {
            send(request, deadline: clock.now() + timeout, cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// Makes one attempt to send `request` without splitting it.
    ///
    /// - Returns: The answer, and the stages that the request passed if this sender observes them.
    func answer(
        to request: EncodedRequest,
        timeout: Duration
    ) async -> (answer: ResponseClassification, transfer: TransferReport?) {
        await turn.take()
        defer { turn.give() }
        var attempts = 0
        let answer = post(request, deadline: clock.now() + timeout, Cancellation(), &attempts)
        return (answer, observer?.transfer)
    }

    /// Interrupts a running request and makes all further ones undeliverable.
    nonisolated func shutdown() async {
        shutdownRequest.cancel()
        await turn.take()
        turn.give()
    }

    private func send(_ request: EncodedRequest, deadline: Duration, _ cancellation: Cancellation) -> SendResult {
        let endpoint = configuration.endpoint
        var result = SendResult()
        // Single points that the receiver finds too large, and all points that are dropped for that reason.
        var (oversizedCount, oversizedPoints) = (0, 0)
        // A stack: the last part is sent next.
        var parts = [request]
        while let part = parts.popLast() {
            if let sizeLimit, part.body.count >= sizeLimit.size {
                let isHopeless = oversizedCount >= Self.maxOversizedPoints && result.outcome.acceptedPoints == 0
                if !isHopeless, let halves = part.halves() {
                    parts += halves.reversed()
                    result.outcome.add(halved: part, sizeLimit.problem, endpoint: endpoint)
                } else {
                    oversizedCount += 1
                    oversizedPoints += part.pointCount
                }
                continue
            }
            let answer = post(part, deadline: deadline, cancellation, &result.outcome.attempts)
            switch answer {
            case .success(let status, let warning):
                result.outcome.add(accepted: part.pointCount, status: status, warning: warning, endpoint: endpoint)
            case .partialSuccess(let status, let rejected, let message):
                result.outcome.add(
                    partOf: part.pointCount,
                    rejected: rejected,
                    status: status,
                    reason: message,
                    endpoint: endpoint
                )
            case .failure(let problem, .never) where problem.isRequestTooLarge:
                sizeLimit = (part.body.count, problem)
                parts.append(part)
            case .failure(let problem, .never):
                result.add(lost: part.pointCount, problem, endpoint: endpoint)
            case .failure(let problem, let retry):
                // The other parts would fail in the same way.
                let rest = part.joined(with: parts.reversed())
                result.undelivered = Undelivered(request: rest, problem: problem, retry: retry)
                parts = []
            }
        }
        if oversizedPoints > 0, let sizeLimit {
            result.add(lost: oversizedPoints, sizeLimit.problem, endpoint: endpoint)
        }
        if result.undelivered == nil, result.outcome.acceptedPoints == 0 {
            // The receiver accepts nothing of any size, so what is known of its limit is useless. Try anew next time.
            sizeLimit = nil
        }
        return result
    }

    /// Posts `request` once and classifies the answer; blocks this actor's thread.
    private func post(
        _ request: EncodedRequest,
        deadline: Duration,
        _ cancellation: Cancellation,
        _ attempts: inout Int
    ) -> ResponseClassification {
        let timeout = deadline - clock.now()
        guard !cancellation.isCancelled else { return .failure(.cancelled, .later) }
        guard timeout > .zero else { return .failure(.overdue, .later) }
        attempts += 1
        do throws(TransportError) {
            try renewClient()
            let response = try client.post(request, timeout: timeout, cancellation: cancellation)
            return ResponseClassification(response, hiding: secrets, names: configuration.names)
        } catch {
            return ResponseClassification(error)
        }
    }

    private static func client(
        _ configuration: OTLPConfiguration,
        userAgent: String,
        _ observer: TransferObserver?
    ) throws(TransportError) -> HTTPClient {
        try HTTPClient(
            configuration,
            userAgent: userAgent,
            contentType: "application/x-protobuf",
            observer: observer
        )
    }

    /// Makes a new connection if the certificates or the key have changed since this one was made.
    private func renewClient() throws(TransportError) {
        let files = CredentialFiles(configuration)
        guard files != self.files else { return }
        client = try Self.client(configuration, userAgent: userAgent, observer)
        self.files = files
    }
}

extension SendResult {
    fileprivate mutating func add(lost points: Int, _ problem: ExportProblem, endpoint: OTLPEndpoint) {
        outcome.add(
            lost: points,
            ExportOutcome.Notice(problem, points: points, endpoint: endpoint),
            status: problem.status
        )
    }
}
