internal import Configuration
internal import Glibc
package import Metrics
internal import OTLP
internal import Pipeline
internal import System

/// Tests whether a receiver accepts exports, by sending an empty one in the way the exporter does.
///
/// The process must ignore SIGPIPE before.
package struct EndpointTest: Sendable {
    /// Why the export was not accepted.
    package struct Problem: Hashable, Sendable {
        /// What the receiver or libcurl says, without secrets.
        package var reason: String
        /// A sentence that tells the user what to do.
        package var hint: String?
    }

    /// The stages that the request passed.
    package let transfer: TransferReport
    /// The status of the last response, if there was one.
    package let status: Int?
    /// Why the export was not accepted; nil if it was.
    package let problem: Problem?
    /// A warning of the receiver about an export that it accepted.
    package let warning: String?

    /// Sends an empty export, and sends it again as long as the receiver answers that it may accept it later.
    ///
    /// A receiver that can't be reached is not tried again. If the receiver finds an empty request malformed (400), it
    /// gets one with `sample`; otherwise there is no telling whether it accepts metrics.
    ///
    /// - Parameters:
    ///   - configuration: Where to send and how.
    ///   - version: The version of tcplens, for the header `User-Agent`.
    ///   - sample: What may be sent.
    ///   - budget: The time for all attempts.
    ///   - retryPolicy: Whether and when to try again.
    /// - Throws: ``TransportError`` if libcurl cannot be set up.
    package init(
        _ configuration: OTLPConfiguration,
        version: String,
        sample: [ResourceMetrics],
        within budget: Duration,
        retryPolicy: RetryPolicy = RetryPolicy()
    ) async throws(TransportError) {
        let clock = ErasedClock(ContinuousClock())
        let attempts = Attempts(
            sender: try OTLPSender(configuration, version: version, clock: clock, observes: true),
            retryPolicy: retryPolicy,
            clock: clock,
            deadline: clock.now() + budget
        )
        var (answer, transfer) = await attempts.answer(to: Self.empty(configuration.compression))
        let encoder = RequestEncoder(limit: configuration.requestLimit, compression: configuration.compression)
        if case .failure(let problem, .never) = answer, problem.failure == .status(400),
            let request = encoder.encode(sample).requests.first
        {
            (answer, _) = await attempts.answer(to: request)
        }
        self.transfer = transfer ?? TransferReport()
        switch answer {
        case .success(let status, let warning):
            (self.status, self.warning, problem) = (status, warning, nil)
        case .partialSuccess(let status, _, let message):
            (self.status, self.warning) = (status, nil)
            problem = Problem(reason: "it rejects data points: \(message.isEmpty ? "it gives no reason" : message)")
        case .failure(let cause, _):
            (self.status, self.warning) = (cause.status, nil)
            problem = Problem(reason: cause.reason, hint: cause.hint)
        }
    }

    private static func empty(_ compression: OTLPConfiguration.Compression) -> EncodedRequest {
        let bytes = ExportRequest.encode([])
        // Compression can fail for lack of memory; then the request is sent uncompressed.
        guard compression == .gzip, let body = try? Gzip.compress(bytes) else {
            return EncodedRequest(body: bytes, compression: .none, pointCount: 0, time: Timestamp(unixNanoseconds: 0))
        }
        return EncodedRequest(body: body, compression: .gzip, pointCount: 0, time: Timestamp(unixNanoseconds: 0))
    }
}

/// Sends requests as often as a receiver asks for it.
private struct Attempts {
    var sender: OTLPSender
    var retryPolicy: RetryPolicy
    var clock: ErasedClock
    var deadline: Duration

    /// The last answer to `request`, and the stages that it passed.
    func answer(to request: EncodedRequest) async -> (answer: ResponseClassification, transfer: TransferReport?) {
        let start = clock.now()
        var attempt = 0
        while true {
            attempt += 1
            let (answer, transfer) = await sender.answer(to: request, timeout: deadline - clock.now())
            let timeLeft = deadline - clock.now()
            guard case .failure(var problem, let retry) = answer else { return (answer, transfer) }
            let random = Double.random(in: 0..<1)
            guard problem.status != nil,
                let delay = retryPolicy.delay(for: retry, afterAttempt: attempt, within: timeLeft, random: random),
                (try? await clock.sleep(delay)) != nil
            else {
                problem.note(retry, timeLeft: timeLeft, timeout: deadline - start)
                return (.failure(problem, retry), transfer)
            }
        }
    }
}
