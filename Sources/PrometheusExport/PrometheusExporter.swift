package import HTTPServer
internal import Metrics
package import Pipeline
internal import Synchronization
internal import System

/// Serves metrics to Prometheus over HTTP (OpenTelemetry specification, `metrics/sdk_exporters/prometheus.md`).
///
/// Each scrape is a separate collection; it is always cumulative.
package struct PrometheusExporter: Sendable {
    /// The port it listens on, even if 0 was requested.
    package var port: Int { server.port }

    private let server: HTTPServer
    private let hasCreated: Bool

    /// Starts to listen; scrapes wait until ``run(reader:sdk:report:)`` is called.
    ///
    /// - Parameters:
    ///   - host: A name or an address, IPv4 or IPv6 without brackets.
    ///   - port: The port; 0 is any free port.
    ///   - hasCreated: Whether OpenMetrics gets a series with the start of each counter and histogram.
    ///   - sharesPort: Whether to take a port that another server of this process shares.
    ///   - onRefusal: Called for everything that is refused before it is a scrape; from any thread.
    /// - Throws: ``HTTPServerError`` if it can't listen.
    package init(
        host: String,
        port: Int,
        hasCreated: Bool = false,
        sharesPort: Bool = false,
        onRefusal: @escaping @Sendable (HTTPRefusal) -> Void = { _ in }
    ) async throws(HTTPServerError) {
        self.hasCreated = hasCreated
        server = try await HTTPServer(
            host: host,
            port: port,
            bodyLimit: 4096,
            requestLimit: .seconds(10),
            sharesPort: sharesPort,
            onRefusal: onRefusal
        )
    }

    /// Answers scrapes until the task is cancelled.
    ///
    /// - Parameters:
    ///   - reader: Collects the metrics.
    ///   - sdk: Counts the scrapes.
    ///   - report: Called after each scrape with its problems, one line each; empty if there were none.
    package func run(reader: PeriodicReader, sdk: SDKMetrics, report: @escaping @Sendable ([String]) async -> Void)
        async
    {
        let scrapes = PrometheusScrapes(reader: reader, sdk: sdk, hasCreated: hasCreated, report: report)
        let pages = HTTPPages([
            "/": { _ in HTTPResponse(status: 200, text: "tcplens: the metrics are at /metrics\n") },
            "/metrics": scrapes.answer,
        ])
        await server.run(handler: pages.answer)
    }

    /// Lets another server of this process listen on the same port, or no longer.
    package func sharePort(_ isShared: Bool) async {
        await server.sharePort(isShared)
    }

    /// Stops listening; only needed for an exporter that does not run.
    package func close() async {
        await server.close()
    }
}

/// Answers scrapes from one reader.
final class PrometheusScrapes: Sendable {
    private let reader: PeriodicReader
    private let sdk: SDKMetrics
    private let hasCreated: Bool
    private let report: @Sendable ([String]) async -> Void
    private let clock = ErasedClock(ContinuousClock())
    /// The size of the last response; the next one hardly differs.
    private let size = Atomic<Int>(0)

    /// Creates a handler for scrapes.
    init(
        reader: PeriodicReader,
        sdk: SDKMetrics,
        hasCreated: Bool = false,
        report: @escaping @Sendable ([String]) async -> Void
    ) {
        (self.reader, self.sdk, self.hasCreated, self.report) = (reader, sdk, hasCreated, report)
        sdk.expect(.prometheus)
    }

    /// Collects metrics, and responds in the format that the client prefers.
    @Sendable func answer(_ request: HTTPRequest) async -> HTTPResponse {
        var collection = await reader.collect(for: .prometheus)
        // Each bound is a series to Prometheus. The bounds are the same at each scrape, whatever other exporters want.
        collection.metrics = collection.metrics.inForm(.explicitBuckets).moved(by: collection.offset)
        let points = collection.metrics.pointCount
        let start = clock.now()
        sdk.begin(points, by: .prometheus)
        let (response, omissions) = response(to: request, collection.metrics)
        let outcome = ExportOutcome(acceptedPoints: points, attempts: 1, status: response.status)
        sdk.end(points, by: .prometheus, with: outcome, after: clock.now() - start)
        await report(collection.failures + omissions)
        return response
    }

    private func response(to request: HTTPRequest, _ metrics: [ResourceMetrics]) -> (HTTPResponse, [String]) {
        let format = ExpositionFormat.wanted(by: request.headers.list("Accept"))
        let (families, omissions) = PrometheusFamily.families(of: metrics)
        let text = PrometheusText(
            families,
            target: metrics.first?.resource.attributes ?? [:],
            format: format,
            hasCreated: hasCreated,
            capacity: size.load(ordering: .relaxed)
        )
        size.store(text.bytes.count + 1024, ordering: .relaxed)
        let prefersGzip = request.headers.list("Accept-Encoding").map { AcceptList($0).prefersGzip } ?? false
        let (type, vary) = (format.contentType, "Accept, Accept-Encoding")
        // Compression can fail for lack of memory; then the response is sent uncompressed.
        if prefersGzip, let compressed = try? Gzip.compress(text.bytes) {
            let headers: HTTPFields = ["Content-Type": type, "Vary": vary, "Content-Encoding": "gzip"]
            return (HTTPResponse(status: 200, headers: headers, body: compressed), omissions)
        }
        return (HTTPResponse(status: 200, headers: ["Content-Type": type, "Vary": vary], body: text.bytes), omissions)
    }
}
