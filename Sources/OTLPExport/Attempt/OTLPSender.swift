internal import Metrics
internal import Pipeline
internal import System

/// Sends encoded requests to a receiver of OTLP over HTTP, one at a time, over one kept connection.
///
/// The process must ignore SIGPIPE before the first request.
actor OTLPSender {
    /// How many single points a receiver may find too large, before it has taken anything, until larger parts are not tried.
    private static let hopelessness = 8

    /// No limit must not mean for ever: metrics of an hour ago have been overtaken.
    private static let longestBudget = Duration.seconds(3600)

    /// The time for all attempts at one export; from the configuration.
    nonisolated let timeout: Duration

    private let executor = BlockingExecutor(label: "tcplens.otlp-sender")
    private let configuration: OTLPConfiguration
    private let userAgent: String
    private let observer: JourneyObserver?
    private let secrets: Secrets
    private var files: CredentialFiles
    private var client: HTTPClient
    private let retryPolicy: RetryPolicy
    private let clock: ErasedClock
    private let random: @Sendable () -> Double
    private let turn = Turn()
    /// The size of a body that the receiver finds too large, and why.
    ///
    /// What is as large is sent in parts from then on.
    private var excess: (size: Int, problem: ExportProblem)?
    private let shutdownRequest = Cancellation()

    /// Creates a sender; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: Where to and how.
    ///   - version: The version of tcplens, for the header `User-Agent`.
    ///   - retryPolicy: How long to wait between attempts.
    ///   - clock: Measures the timeout and waits; libcurl has a clock of its own.
    ///   - random: Gives a number from 0 up to, not including, 1 for the jitter of a wait.
    ///   - observes: Whether to watch how far requests come.
    /// - Throws: ``TransportError`` when libcurl cannot be set up.
    init(
        _ configuration: OTLPConfiguration,
        version: String,
        retryPolicy: RetryPolicy,
        clock: ErasedClock,
        random: @escaping @Sendable () -> Double,
        observes: Bool = false
    ) throws(TransportError) {
        self.configuration = configuration
        timeout = configuration.timeout ?? Self.longestBudget
        // The form is the specification's (`protocol/exporter.md`, "User Agent").
        userAgent = "tcplens/\(version) OTel-OTLP-Exporter-Swift/\(version)"
        secrets = Secrets(configuration)
        files = CredentialFiles(configuration)
        observer = observes ? JourneyObserver() : nil
        client = try Self.client(configuration, userAgent: userAgent, observer)
        self.retryPolicy = retryPolicy
        self.clock = clock
        self.random = random
    }

    /// The actor's own thread, which may block.
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Sends `request` until it arrives, is refused for good, or `budget` is over.
    ///
    /// A wait that would not fit into what is left of the budget ends it at once. It ends early, too, when the task is
    /// cancelled or the sender shut down; what had not arrived by then is undelivered. What the receiver finds too large is
    /// sent in halves.
    ///
    /// - Parameters:
    ///   - request: What to send.
    ///   - budget: The time for everything: all attempts, the waits between them, and halves.
    ///   - attemptLimit: How often to try a request at most.
    ///   - hurry: Ends a wait between attempts, and the attempt after it is the last.
    /// - Returns: What became of it.
    func send(
        _ request: EncodedRequest,
        within budget: Duration,
        attemptLimit: Int = .max,
        hurry: Cancellation = Cancellation()
    ) async -> Delivery {
        await turn.take()
        defer { turn.give() }

        let cancellation = Cancellation()
        shutdownRequest.onCancel { cancellation.cancel() }
        defer { shutdownRequest.onCancel(nil) }
        return await withTaskCancellationHandler {
            let effort = Effort(
                end: clock.now() + budget,
                budget: budget,
                attemptLimit: attemptLimit,
                hurry: hurry,
                cancellation: cancellation
            )
            return await deliver(request, effort)
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// Sends `request`, whole, as long as a receiver that answers may yet take it and `budget` is not over.
    ///
    /// - Returns: The last answer, and how far the last attempt came if this sender observes that.
    func answer(
        to request: EncodedRequest,
        within budget: Duration
    ) async -> (answer: ResponseClassification, journey: Journey?) {
        await turn.take()
        defer { turn.give() }
        let effort = Effort(
            end: clock.now() + budget,
            budget: budget,
            attemptLimit: .max,
            hurry: Cancellation(),
            cancellation: Cancellation(),
            waitsForAnswer: false
        )
        let verdict = await attempt(request, effort)
        return (verdict.answer, observer?.journey)
    }

    /// Ends a running transfer or wait, whatever it is, and makes all further requests undeliverable.
    nonisolated func shutdown() async {
        shutdownRequest.cancel()
        await turn.take()
        turn.give()
    }

    /// How hard to try.
    private struct Effort {
        var end: Duration
        var budget: Duration
        var attemptLimit: Int
        var hurry: Cancellation
        var cancellation: Cancellation
        /// Whether to try again when no answer came.
        var waitsForAnswer = true
    }

    private func deliver(_ request: EncodedRequest, _ effort: Effort) async -> Delivery {
        var delivery = Delivery()
        // Single points that the receiver finds too large, and all that is given up for that.
        var (largeOnes, givenUp) = (0, 0)
        // The last one is the next to be sent.
        var parts = [request]
        while let part = parts.popLast() {
            if let excess, part.body.count >= excess.size {
                let isHopeless = largeOnes >= Self.hopelessness && delivery.outcome.acceptedPoints == 0
                if !isHopeless, let halves = part.halves() {
                    parts += halves.reversed()
                    delivery.outcome.note(halving: part, excess.problem, endpoint: configuration.endpoint)
                } else {
                    largeOnes += 1
                    givenUp += part.pointCount
                }
                continue
            }
            let verdict = await attempt(part, effort)
            if case .permanent(let problem) = verdict.answer, problem.isRequestTooLarge {
                excess = (part.body.count, problem)
                delivery.outcome.attempts += verdict.attempts
                parts.append(part)
                continue
            }
            switch verdict.answer {
            case .retryable, .deferred:
                if case .retryable(_, let after) = verdict.answer {
                    delivery.retryAfter = after
                }
                // The others would meet the same.
                delivery.undelivered = [part] + parts.reversed()
                delivery.problem = verdict.outcome(points: delivery.undeliveredPoints, endpoint: configuration.endpoint)
                delivery.outcome.add(delivery.problem)
                parts = []
            default:
                delivery.outcome.add(verdict.outcome(points: part.pointCount, endpoint: configuration.endpoint))
            }
        }
        if givenUp > 0, let excess {
            delivery.outcome.add(excess.problem.outcome(points: givenUp, endpoint: configuration.endpoint))
        }
        if delivery.outcome.acceptedPoints == 0 {
            // A receiver that finds everything too large is asked anew by the next request.
            excess = nil
        }
        return delivery
    }

    /// Tries until there is an answer that ends it.
    private func attempt(_ request: EncodedRequest, _ effort: Effort) async -> Verdict {
        let start = clock.now()
        var verdict = Verdict(answer: .deferred(.cancelled), attempts: 0, elapsed: .zero)
        while !effort.cancellation.isCancelled {
            guard effort.end > clock.now() else {
                verdict.answer = .deferred(.overdue)
                return verdict
            }
            verdict.attempts += 1
            verdict.answer = post(request, timeout: effort.end - clock.now(), cancellation: effort.cancellation)
            let now = clock.now()
            verdict.elapsed = now - start
            guard case .retryable(var problem, let after) = verdict.answer else { return verdict }
            let wait = retryPolicy.wait(afterAttempt: verdict.attempts, retryAfter: after, random: random())
            guard verdict.attempts < effort.attemptLimit, !effort.hurry.isCancelled, wait < effort.end - now,
                effort.waitsForAnswer || problem.isAnswer
            else {
                problem.note(retryAfter: after, rest: effort.end - now, timeout: effort.budget)
                verdict.answer = .retryable(problem, after: after)
                return verdict
            }
            await sleep(wait, effort)
        }
        verdict.answer = .deferred(.cancelled)
        return verdict
    }

    private static func client(
        _ configuration: OTLPConfiguration,
        userAgent: String,
        _ observer: JourneyObserver?
    ) throws(TransportError) -> HTTPClient {
        try HTTPClient(
            configuration,
            userAgent: userAgent,
            contentType: "application/x-protobuf",
            observer: observer
        )
    }

    /// Gives up the connection if it was made with other certificates or another key than there are now.
    private func renewClient() throws(TransportError) {
        let files = CredentialFiles(configuration)
        guard files != self.files else { return }
        client = try Self.client(configuration, userAgent: userAgent, observer)
        self.files = files
    }

    /// Blocks this actor's thread.
    private func post(
        _ request: EncodedRequest,
        timeout: Duration,
        cancellation: Cancellation
    ) -> ResponseClassification {
        do throws(TransportError) {
            try renewClient()
            let response = try client.post(request, timeout: timeout, cancellation: cancellation)
            return ResponseClassification(response, hiding: secrets)
        } catch {
            return ResponseClassification(error)
        }
    }

    /// Waits, but not beyond a cancellation.
    private func sleep(_ wait: Duration, _ effort: Effort) async {
        let sleep = Task { [clock] in try await clock.sleep(wait) }
        let ends = [effort.cancellation, effort.hurry]
        for end in ends { end.onCancel { sleep.cancel() } }
        defer { for end in ends { end.onCancel(nil) } }
        // A clock that throws for another reason only makes the wait shorter.
        _ = await sleep.result
    }
}
