public import Metrics
internal import OTLP
internal import Synchronization

/// Sends metrics to a receiver of OTLP over HTTP, by libcurl, over one kept connection.
///
/// An export is tried until it succeeds, fails for good, or ``OTLPConfiguration/timeout`` is over, which counts for all
/// attempts and the waits between them. A wait that would not fit into what is left of it ends the export at once.
///
/// The process must ignore SIGPIPE before the first export.
public actor OTLPHTTPExporter: MetricExporter {
    /// The greatest size of a request in bytes, before compression; the limit of the OTLP specification.
    static let requestLimit = 64 * 1024 * 1024

    /// Which temporality the points have that are sent.
    public nonisolated let temporality: TemporalityPreference

    private let executor = BlockingExecutor(label: "tcplens.otlp-http-exporter")
    private let endpoint: OTLPEndpoint
    private let compression: OTLPConfiguration.Compression
    private let timeout: Duration
    private let client: HTTPClient
    private let retryPolicy: RetryPolicy
    private let clock: ErasedClock
    private let random: @Sendable () -> Double
    private let turn = Turn()
    private let shutdownRequest = Cancellation()

    /// Creates an exporter; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: Where to and how.
    ///   - version: The version of tcplens, for the header `User-Agent`.
    ///   - retryPolicy: How long to wait between attempts.
    ///   - clock: Measures the timeout and waits; libcurl has a clock of its own.
    ///   - random: Gives a number from 0 up to, not including, 1 for the jitter of a wait.
    /// - Throws: ``TransportError`` when libcurl cannot be set up.
    public init(
        _ configuration: OTLPConfiguration,
        version: String,
        retryPolicy: RetryPolicy = RetryPolicy(),
        clock: some Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) throws(TransportError) {
        endpoint = configuration.endpoint
        temporality = configuration.temporality
        compression = configuration.compression
        // No limit must not mean for ever: metrics of an hour ago have been overtaken.
        timeout = configuration.timeout ?? .seconds(3600)
        client = try HTTPClient(
            configuration,
            // The form is the specification's (`protocol/exporter.md`, "User Agent").
            userAgent: "tcplens/\(version) OTel-OTLP-Exporter-Swift/\(version)",
            contentType: "application/x-protobuf"
        )
        self.retryPolicy = retryPolicy
        self.clock = ErasedClock(clock)
        self.random = random
    }

    /// The actor's own thread, which may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Sends `metrics`; without any points in them nothing is sent.
    ///
    /// Ends early when the task is cancelled.
    public func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        await turn.take()
        defer { turn.give() }

        let points = metrics.reduce(0) { $0 + $1.pointCount }
        guard points > 0 else { return ExportOutcome() }
        let body: [UInt8]
        do throws(ExportProblem) {
            body = try encode(metrics)
        } catch {
            return error.outcome(points: points, endpoint: endpoint)
        }
        let cancellation = Cancellation()
        shutdownRequest.onCancel { cancellation.cancel() }
        defer { shutdownRequest.onCancel(nil) }
        return await withTaskCancellationHandler {
            await send(body, points: points, isLast: isLast, cancellation: cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// Ends a running export, whatever it is doing, and makes all further ones fail.
    public nonisolated func shutdown() async {
        shutdownRequest.cancel()
        await turn.take()
        turn.give()
    }

    private func encode(_ metrics: [ResourceMetrics]) throws(ExportProblem) -> [UInt8] {
        let bytes = ExportRequest.encode(metrics)
        guard bytes.count <= Self.requestLimit else {
            throw ExportProblem(failure: .tooLarge, reason: "they take more than \(Self.requestLimit) bytes")
        }
        guard compression == .gzip else { return bytes }
        do {
            return try Gzip.compress(bytes)
        } catch {
            throw ExportProblem(failure: .encoding, reason: "they cannot be compressed: \(error)")
        }
    }

    private func send(
        _ body: [UInt8],
        points: Int,
        isLast: Bool,
        cancellation: Cancellation
    ) async -> ExportOutcome {
        let start = clock.now()
        var attempts = 0
        while true {
            guard !cancellation.isCancelled else {
                return ExportProblem.cancelled.outcome(points: points, endpoint: endpoint, attempts: attempts)
            }
            attempts += 1
            let answer = attempt(body, timeout: timeout - (clock.now() - start), cancellation: cancellation)
            let elapsed = clock.now() - start
            switch answer {
            case .success(let status, let warning):
                return .success(
                    points: points,
                    attempts: attempts,
                    status: status,
                    warning: warning,
                    endpoint: endpoint
                )
            case .partialSuccess(let status, let rejected, let message):
                return .partialSuccess(
                    points: points,
                    rejected: rejected,
                    attempts: attempts,
                    status: status,
                    message: message,
                    endpoint: endpoint
                )
            case .permanent(let problem):
                return problem.outcome(points: points, endpoint: endpoint, attempts: attempts, elapsed: elapsed)
            case .retryable(var problem, let after):
                let wait = retryPolicy.wait(afterAttempt: attempts, retryAfter: after, random: random())
                guard !isLast, wait < timeout - elapsed else {
                    problem.note(retryAfter: after, timeout: timeout)
                    return problem.outcome(points: points, endpoint: endpoint, attempts: attempts, elapsed: elapsed)
                }
                await sleep(wait, cancellation: cancellation)
            }
        }
    }

    /// Blocks this actor's thread.
    private func attempt(_ body: [UInt8], timeout: Duration, cancellation: Cancellation) -> ResponseClassification {
        do throws(TransportError) {
            return ResponseClassification(try client.post(body, timeout: timeout, cancellation: cancellation))
        } catch {
            return ResponseClassification(error)
        }
    }

    /// Waits, but not beyond a cancellation.
    private func sleep(_ wait: Duration, cancellation: Cancellation) async {
        let sleep = Task { [clock] in try await clock.sleep(wait) }
        cancellation.onCancel { sleep.cancel() }
        defer { cancellation.onCancel(nil) }
        // A clock that throws for another reason only makes the wait shorter.
        _ = await sleep.result
    }
}
