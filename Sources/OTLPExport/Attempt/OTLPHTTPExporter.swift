package import Metrics
package import Pipeline
internal import Synchronization
internal import System

/// Sends metrics to an OTLP receiver over HTTP, by libcurl, over a connection that is kept open.
///
/// A request is tried until it is accepted, is refused for good, or ``OTLPConfiguration/timeout`` is over, which
/// includes all attempts and the delays between them. A request that may still be accepted then waits in a queue. It is
/// tried again, also between exports, and the oldest request goes first. The outcome of an export therefore covers all
/// points whose fate was settled since the previous export, whichever export they belong to.
///
/// The process must ignore SIGPIPE before the first export.
package final class OTLPHTTPExporter: MetricExporter {
    /// The temporality of the points that are sent.
    package let temporality: TemporalityPreference

    /// The form of distributions.
    package let histograms: HistogramAggregation

    /// Identifies the exporter in its own metrics: its kind and the address of the receiver.
    package let identity: ExporterIdentity

    private let encoder: RequestEncoder
    /// Memory for the next request.
    private let buffer = Mutex<[UInt8]>([])
    private let queue: SendingQueue
    private let turn = Turn()

    /// Creates an exporter; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: Where to send and how.
    ///   - version: The version of tcplens, for the header `User-Agent`.
    ///   - isSuccessor: Whether another exporter of this process has the spool; it has to end before the first export.
    ///   - retryPolicy: Whether and when to try again.
    ///   - clock: Measures the timeout and the delays; libcurl has its own clock.
    ///   - random: Returns a number from 0 up to, but not including, 1 for the jitter of a delay.
    /// - Throws: ``TransportError`` if libcurl cannot be set up; ``SpoolError`` if the spool is not usable, or another
    ///   process uses it.
    package init(
        _ configuration: OTLPConfiguration,
        version: String,
        isSuccessor: Bool = false,
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
            isSuccessor: isSuccessor,
            sender: OTLPSender(configuration, version: version, clock: clock),
            retryPolicy: retryPolicy,
            clock: clock,
            random: random
        )
    }

    /// Adds `metrics` to the queue, if there are points in them, and waits until the queue is sent.
    ///
    /// It returns when the queue is empty, when the receiver fails, when ``OTLPConfiguration/waitLimit`` is over, or
    /// when the task is cancelled. Sending goes on.
    package func export(_ metrics: [ResourceMetrics], isLast: Bool) async -> ExportOutcome {
        await turn.take()
        defer { turn.give() }
        let encoded = buffer.withLock { encoder.encode(metrics, with: &$0) }
        return await queue.export(encoded, isLast: isLast)
    }

    /// Interrupts a running export and makes all further ones fail.
    package func shutdown() async {
        await queue.shutdown()
    }
}
