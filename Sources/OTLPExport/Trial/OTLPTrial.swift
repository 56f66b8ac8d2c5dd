internal import Configuration
internal import Glibc
package import Metrics
internal import OTLP
internal import Pipeline
internal import System

/// Tries whether a receiver takes exports, by the exporter's own way there, with one that is empty.
///
/// The process must ignore SIGPIPE before.
package struct OTLPTrial: Sendable {
    /// What is wrong, on this side, on the way or there.
    package struct Problem: Hashable, Sendable {
        /// What the receiver, or libcurl, says; without secrets.
        package var reason: String
        /// What to do about it, a sentence.
        package var hint: String?
    }

    /// How far the request came.
    package let journey: Journey
    /// The status that the receiver answered with at last, if it did.
    package let status: Int?
    /// Why the export was not taken; nil when it was.
    package let problem: Problem?
    /// What the receiver had to say although it took it.
    package let warning: String?

    /// Sends an empty export, and again as long as the receiver says that it may take it later.
    ///
    /// One that can't be reached is not waited for. One that finds a request without metrics bad (400) gets one
    /// with `sample`, for then nothing else tells whether it takes metrics.
    ///
    /// - Parameters:
    ///   - configuration: Where to and how.
    ///   - version: The version of tcplens, for the header `User-Agent`.
    ///   - sample: What may be sent.
    ///   - budget: The time for all attempts.
    ///   - retryPolicy: How long to wait between attempts.
    /// - Throws: ``TransportError`` when libcurl cannot be set up.
    package init(
        _ configuration: OTLPConfiguration,
        version: String,
        sample: [ResourceMetrics],
        within budget: Duration,
        retryPolicy: RetryPolicy = RetryPolicy()
    ) async throws(TransportError) {
        let clock = ErasedClock(ContinuousClock())
        let end = clock.now() + budget
        let sender = try OTLPSender(
            configuration,
            version: version,
            retryPolicy: retryPolicy,
            clock: clock,
            random: { .random(in: 0..<1) },
            observes: true
        )
        let empty = Self.empty(configuration.compression)
        var (answer, journey) = await sender.answer(to: empty, within: budget)
        let encoder = RequestEncoder(limit: configuration.requestLimit, compression: configuration.compression)
        if case .permanent(let problem) = answer, problem.failure == .status(400),
            let request = encoder.encode(sample).requests.first
        {
            (answer, _) = await sender.answer(to: request, within: end - clock.now())
        }
        self.journey = journey ?? Journey()
        switch answer {
        case .success(let status, let warning):
            (self.status, self.warning, problem) = (status, warning, nil)
        case .partialSuccess(let status, _, let message):
            (self.status, self.warning) = (status, nil)
            problem = Problem(reason: "it rejects data points: \(message.isEmpty ? "it gives no reason" : message)")
        case .permanent(let cause), .retryable(let cause, _), .deferred(let cause):
            if case .status(let number) = cause.failure { status = number } else { status = nil }
            warning = nil
            problem = Problem(reason: cause.reason, hint: cause.hint)
        }
    }

    private static func empty(_ compression: OTLPConfiguration.Compression) -> EncodedRequest {
        let bytes = ExportRequest.encode([])
        // Without memory for it, it goes as it is.
        guard compression == .gzip, let body = try? Gzip.compress(bytes) else {
            return EncodedRequest(body: bytes, compression: .none, pointCount: 0, time: Timestamp(unixNanoseconds: 0))
        }
        return EncodedRequest(body: body, compression: .gzip, pointCount: 0, time: Timestamp(unixNanoseconds: 0))
    }
}
