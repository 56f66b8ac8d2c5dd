import HTTPServer
import Metrics
import OTLP
import TestSupport

@testable import OTLPExport
@testable import Pipeline

/// Exporters for tests of the queue; the delays between attempts end when the test says so.
protocol QueueTesting {
    /// Where the spool is, if there is one.
    var directory: TemporaryDirectory { get }
    /// Each value ends a delay.
    var rests: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation) { get }
}

extension QueueTesting {
    /// The answer of a failing receiver.
    var busy: HTTPResponse { .failure(503, message: "busy") }

    /// The path of the spool.
    var spool: String { directory.path("spool") }

    /// An exporter that makes one attempt at each request before the receiver counts as failing.
    func exporter(
        _ url: String,
        _ settings: [String: String] = [:],
        configure: (inout OTLPConfiguration) -> Void = { _ in }
    ) throws -> OTLPHTTPExporter {
        let environment = ["OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_TIMEOUT": "60000"]
        var configuration = try OTLPConfiguration.sample(environment.merging(settings) { $1 })
        configure(&configuration)
        let clock = ManualClock { [stream = rests.stream] duration in
            // The short pause after a success ends by itself: an export waits for it, and the test for the export.
            guard duration > .seconds(10) else { return }
            for await _ in stream { return }
        }
        // A second attempt would come after the timeout, which is much longer than a busy machine takes for the first.
        let policy = RetryPolicy(initial: .seconds(100), maximum: .seconds(1000))
        return try OTLPHTTPExporter(configuration, version: "1", retryPolicy: policy, clock: clock, random: { 0.5 })
    }

    /// Ends the delays after `count` failures.
    func endRests(_ count: Int = 1) {
        for _ in 0..<count { rests.continuation.yield() }
    }

    /// Exports nothing until all requests are settled; returns the sum of the outcomes.
    func drain(_ exporter: OTLPHTTPExporter, from outcome: ExportOutcome = ExportOutcome()) async
        -> ExportOutcome
    {
        var sum = outcome
        while true {
            let next = await exporter.export([])
            sum.add(next)
            guard next.queuedPoints > 0 else { return sum }
            endRests()
            await Task.yield()
        }
    }

    /// The number of points in each request that `server` received.
    func points(_ server: ScriptedServer) throws -> [Int] {
        try server.requests.map { try ExportRequest.decode($0.body).pointCount }
    }
}
