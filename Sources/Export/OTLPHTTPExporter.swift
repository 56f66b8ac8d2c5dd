public import Metrics

/// Sends metrics to a receiver of OTLP over HTTP, by libcurl, over one kept connection.
///
/// An export is tried until it succeeds, fails for good, or ``OTLPConfiguration/timeout`` is over, which counts for all
/// requests and attempts and the waits between them. A wait that would not fit into what is left of it ends the export at
/// once.
///
/// The process must ignore SIGPIPE before the first export.
public final class OTLPHTTPExporter: MetricExporter {
    /// Which temporality the points have that are sent.
    public let temporality: TemporalityPreference

    private let endpoint: OTLPEndpoint
    private let encoder: RequestEncoder
    private let sender: OTLPSender
    private let clock: ErasedClock
    private let turn = Turn()

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
        encoder = RequestEncoder(limit: configuration.requestLimit, compression: configuration.compression)
        self.clock = ErasedClock(clock)
        sender = try OTLPSender(
            configuration,
            version: version,
            retryPolicy: retryPolicy,
            clock: self.clock,
            random: random
        )
    }

    /// Sends `metrics`; without any points in them nothing is sent.
    ///
    /// Ends early when the task is cancelled.
    public func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        await turn.take()
        defer { turn.give() }

        let encoded = encoder.encode(metrics)
        var outcome = ExportOutcome()
        if let problem = encoded.problem {
            outcome = problem.outcome(points: encoded.droppedPoints, endpoint: endpoint)
        }
        let end = clock.now() + sender.timeout
        for request in encoded.requests {
            let budget = end - clock.now()
            let delivery = await sender.send(request, within: budget, attemptLimit: isLast ? 1 : .max)
            outcome.add(delivery.outcome)
        }
        return outcome
    }

    /// Ends a running export, whatever it is doing, and makes all further ones fail.
    public func shutdown() async {
        await sender.shutdown()
    }
}
