import ArgumentParser
import Configuration
import Foundation
import Metrics
import OTLPExport
import Pipeline
import System

/// Exports numbered metrics as fast as it may, for tests and benchmarks that need a process of its own: one that can be
/// killed at any moment, or whose memory is nobody else's.
///
/// It prints a line after each export: its number, what was accepted, what waits, what was dropped, and the anonymous
/// resident memory in KiB.
@main struct Exporting: AsyncParsableCommand {
    @Argument(help: "The base URL of the receiver.")
    var endpoint: String

    @Option(help: "The directory of the spool.")
    var spool: String?

    @Option(help: "The number of the first export.")
    var first = 1

    @Option(help: "How many exports.")
    var count = 1

    @Option(help: "The second since 1970 in which export 0 would be; each further one is a second later.")
    var epoch = 0

    @Option(help: "How many series each of the four metrics has.")
    var series = 1

    @Option(help: "How long to rest between two exports, in milliseconds.")
    var pause = 0

    @Option(help: "How long an export may hold up the next one, in milliseconds; as long as it takes if not given.")
    var patience: Int?

    @Option(help: "How long the exporter tries a request before it lets it wait, in milliseconds.")
    var timeout = 10_000

    @Option(help: "How many seconds a connection lives at most.")
    var life: Int?

    @Option(help: "The certificate of the receiver, for an endpoint with https.")
    var certificate: String?

    @Flag(help: "Compress.")
    var gzip = false

    @Flag(help: "Try once more what waits, and end with what is left of it.")
    var flush = false

    func run() async throws {
        // As tcplens does: a receiver that goes away is an error of the export.
        signal(SIGPIPE, SIG_IGN)
        var variables = ["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint]
        variables["OTEL_EXPORTER_OTLP_CERTIFICATE"] = certificate
        var environment = EnvironmentReader(variables)
        var configuration = try OTLPConfiguration(&environment)
        configuration.spool = spool
        configuration.timeout = .milliseconds(timeout)
        configuration.waitLimit = patience.map { .milliseconds($0) }
        configuration.longestLife = life.map { .seconds($0) } ?? configuration.longestLife
        configuration.compression = gzip ? .gzip : .none
        let policy = RetryPolicy(initial: .milliseconds(10), maximum: .milliseconds(50))
        let exporter = try OTLPHTTPExporter(configuration, version: "test", retryPolicy: policy)
        for number in first..<first + count {
            let outcome = await exporter.export(Self.metrics(number, epoch: epoch, series: series))
            try report(number, outcome)
            if pause > 0 {
                try await Task.sleep(for: .milliseconds(pause))
            }
        }
        if flush {
            try report(0, await exporter.export([], isLast: true))
        }
    }

    private func report(_ number: Int, _ outcome: ExportOutcome) throws {
        let counts = [number, outcome.acceptedPoints, outcome.queuedPoints, outcome.droppedPoints, Self.memory]
        try StandardStream.output.write(counts.map { "\($0)" }.joined(separator: " ") + "\n")
        for line in outcome.warnings + [outcome.message].compactMap(\.self) {
            try StandardStream.error.write(line + "\n")
        }
    }

    private static var memory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// The metrics of export `number`: their values are the number, and their time is as many seconds after `epoch`.
    private static func metrics(_ number: Int, epoch: Int, series: Int) -> [ResourceMetrics] {
        let start = Timestamp(unixNanoseconds: UInt64(epoch) * 1_000_000_000)
        let time = Timestamp(unixNanoseconds: UInt64(epoch + number) * 1_000_000_000)
        let attributes = (0..<series).map { index -> Attributes in
            ["network.local.port": .int(Int64(index)), "network.type": "ipv4", "network.transport": "tcp"]
        }
        let gauges = attributes.map {
            NumberDataPoint(attributes: $0, start: .unknown, time: time, value: .int(Int64(number)))
        }
        let sums = attributes.map {
            NumberDataPoint(attributes: $0, start: start, time: time, value: .int(Int64(number)))
        }
        let histograms = attributes.map {
            HistogramDataPoint(
                attributes: $0,
                start: start,
                time: time,
                count: 8,
                sum: Double(number),
                bucketCounts: [UInt64](repeating: 1, count: 8),
                explicitBounds: (0..<7).map { Double(1 << $0) }
            )
        }
        let exponentials = attributes.map {
            ExponentialHistogramDataPoint(
                attributes: $0,
                start: start,
                time: time,
                count: 8,
                sum: Double(number),
                scale: 3,
                zeroCount: 0,
                positive: .init(offset: -8, counts: [UInt64](repeating: 1, count: 8))
            )
        }
        let metrics = [
            Metric(name: "tcplens.test.gauge", description: "", unit: "1", data: .gauge(gauges)),
            Metric(
                name: "tcplens.test.sum",
                description: "",
                unit: "1",
                data: .sum(sums, .cumulative, isMonotonic: true)
            ),
            Metric(
                name: "tcplens.test.histogram",
                description: "",
                unit: "s",
                data: .histogram(histograms, .cumulative)
            ),
            Metric(
                name: "tcplens.test.exponential",
                description: "",
                unit: "s",
                data: .exponentialHistogram(exponentials, .cumulative)
            ),
        ]
        return [
            ResourceMetrics(
                resource: Resource(
                    attributes: ["service.name": "exporting", "service.instance.id": "1"],
                    schemaURL: ""
                ),
                scopes: [ScopeMetrics(scope: Scope(name: "exporting", version: "1", schemaURL: ""), metrics: metrics)]
            )
        ]
    }
}
