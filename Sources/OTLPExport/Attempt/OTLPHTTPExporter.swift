package import Metrics
package import Pipeline
internal import System

/// Sends metrics to a receiver of OTLP over HTTP, by libcurl, over one kept connection.
///
/// A request is tried until it arrives, is refused for good, or ``OTLPConfiguration/timeout`` is over, which counts for all
/// attempts and the waits between them. What may still arrive then waits in a queue and is tried again, also between
/// exports, oldest first: an export's outcome tells what became of points since the last one, whichever export they are of.
///
/// The process must ignore SIGPIPE before the first export.
package final class OTLPHTTPExporter: MetricExporter {
    /// Which temporality the points have that are sent.
    package let temporality: TemporalityPreference

    /// The form that distributions have.
    package let histograms: HistogramAggregation

    /// What it is called in its own metrics: its kind and where it sends to.
    package let identity: ExporterIdentity

    private let encoder: RequestEncoder
    private let queue: SendingQueue
    private let turn = Turn()

    /// Creates an exporter; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: Where to and how.
    ///   - version: The version of tcplens, for the header `User-Agent`.
    ///   - retryPolicy: How long to wait between attempts.
    ///   - clock: Measures the timeout and waits; libcurl has a clock of its own.
    ///   - random: Gives a number from 0 up to, not including, 1 for the jitter of a wait.
    /// - Throws: ``TransportError`` when libcurl cannot be set up; ``SpoolError`` when the spool can't be meant, or another
    ///   process has it.
    package init(
        _ configuration: OTLPConfiguration,
        version: String,
        retryPolicy: RetryPolicy = RetryPolicy(),
        clock: some Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) throws {
        temporality = configuration.temporality
        histograms = configuration.histograms
        identity = .otlpHTTP(host: configuration.endpoint.host, port: configuration.endpoint.port)
        encoder = RequestEncoder(limit: configuration.requestLimit, compression: configuration.compression)
        let clock = ErasedClock(clock)
        queue = try SendingQueue(
            configuration,
            sender: OTLPSender(
                configuration,
                version: version,
                retryPolicy: retryPolicy,
                clock: clock,
                random: random
            ),
            retryPolicy: retryPolicy,
            clock: clock,
            random: random
        )
    }

    /// Sends `metrics` behind what waits already; without any points in them, only that.
    ///
    /// It returns when nothing waits any more, when the receiver turns out to be away, or when
    /// ``OTLPConfiguration/patience`` is over or the task is cancelled; the sending goes on.
    package func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        await turn.take()
        defer { turn.give() }
        return await queue.export(encoder.encode(metrics), isLast: isLast)
    }

    /// Ends a running export, whatever it is doing, and makes all further ones fail.
    package func shutdown() async {
        await queue.shutdown()
    }
}
