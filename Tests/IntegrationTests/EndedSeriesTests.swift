import Foundation
import Testing

/// Series that end, as a real backend behind a real Collector shows them.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"))
    struct EndedSeriesTests {
        /// An agent that exports to VictoriaMetrics by way of a Collector.
        private struct Pipeline {
            let traffic: Traffic
            let backend: VictoriaMetrics
            let collector: Collector
            let agent: RunningProcess

            init(_ environment: [String: String] = [:], _ options: String...) throws {
                let traffic = try Traffic()
                self.traffic = traffic
                backend = try VictoriaMetrics(in: traffic)
                collector = try Collector(in: traffic, .init(next: VictoriaMetrics.endpoint))
                try traffic("listen 4 7001 128", "listen 4 7002 128", "connect a 4 7001 3")
                agent = try RunningProcess(
                    [Executable.tcplens, "run", "--interval", "300ms"] + options,
                    in: traffic,
                    environment: environment
                )
            }

            /// The current values of `query`.
            func now(_ query: String) throws -> [Double] {
                try backend.query(query, at: Int(Date().timeIntervalSince1970) + 1)
            }

            func wait(_ what: String, until isDone: () throws -> Bool) throws {
                _ = try eventually(what) { try isDone() ? true : nil }
            }
        }

        private static let port = #""network.local.port"="7001""#

        /// Rows of each kind with a key, whose last values a backend would go on showing: a count, a queue, a
        /// distribution.
        @Test(arguments: ["explicit_bucket_histogram", "base2_exponential_bucket_histogram"])
        func `rows of a closed listener end at once`(form: String) throws {
            let pipeline = try Pipeline(
                ["OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": form],
                "--attributes",
                "network.local.port",
                "--response-time"
            )
            let (traffic, port) = (pipeline.traffic, Self.port)
            try pipeline.wait("a first collection") {
                try !pipeline.now(#"{__name__="system.network.connection.count"}"#).isEmpty
            }
            try traffic("connect r 4 7001 1", "send r client 10", "drain r server", "send r server 10")
            let names = [
                "system.network.connection.count", "tcplens.listener.accept_queue.usage",
                "tcplens.listener.accept_queue.limit", "tcplens.listener.syn_queue.usage",
                "tcplens.response.duration_count", "tcplens.response.duration_bucket",
            ]
            func rows(_ name: String) throws -> Int { try pipeline.now("{__name__=\"\(name)\",\(port)}").count }
            try pipeline.wait("all rows of the port") { try names.allSatisfy { try rows($0) > 0 } }
            try traffic("reset a client", "reset a server", "reset r client", "reset r server", "unlisten 7001")
            try pipeline.wait("them to be gone") { try names.allSatisfy { try rows($0) == 0 } }
            // Series that still exist are shown. One that comes back has its new value.
            let other = #"{__name__="tcplens.listener.accept_queue.limit","network.local.port"="7002"}"#
            #expect(try pipeline.now(other) == [128])
            try traffic("listen 4 7001 64", "connect b 4 7001 2")
            try pipeline.wait("the rows to be back") {
                try pipeline.now("{__name__=\"system.network.connection.count\",\(port)}").sorted() == [1, 2]
            }
            let limit = try pipeline.now("{__name__=\"tcplens.listener.accept_queue.limit\",\(port)}")
            #expect(limit == [64])
            pipeline.agent.signal(SIGTERM)
            pipeline.agent.wait()
            #expect(pipeline.agent.status == 0, "\(pipeline.agent.error)")
        }

        @Test func `stocks end with the agent, counters don't`() throws {
            let pipeline = try Pipeline()
            let count = #"sum({__name__="system.network.connection.count"})"#
            try pipeline.wait("the stocks") { try pipeline.now(count).first ?? 0 > 0 }
            pipeline.agent.signal(SIGTERM)
            pipeline.agent.wait()
            try pipeline.wait("them to end") { try pipeline.now(count).isEmpty }
            let stocks = #"{__name__=~"tcplens.listener.*usage|tcplens.listener.*limit|process.memory.usage"}"#
            #expect(try pipeline.now(stocks).isEmpty)
            #expect(try !pipeline.now(#"{__name__="tcplens.handshakes"}"#).isEmpty)
            // The last collection has all series, as the others have.
            let export = try #require(pipeline.collector.report.exports.last)
            let points = export["system.network.connection.count"]?.points ?? []
            #expect(points.compactMap { $0.fields["Value"] }.count == 20)
            #expect(points.count == 40)
        }

        @Test func `an agent that gets another endpoint ends its stocks at the old one`() throws {
            let traffic = try Traffic()
            let sinks = try [Sink("--format", "json", in: traffic), Sink("--format", "json", in: traffic)]
            let file = URL(filePath: NSTemporaryDirectory()).appending(path: "tcplens-\(UUID().uuidString).yaml")
            defer { try? FileManager.default.removeItem(at: file) }
            func configure(_ sink: Sink) throws {
                try """
                file_format: "1.1"
                meter_provider:
                  readers:
                    - periodic: {interval: 200, exporter: {otlp_http: {endpoint: "\(sink.endpoint)"}}}
                """.write(to: file, atomically: true, encoding: .utf8)
            }
            try configure(sinks[0])
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--config", file.path(percentEncoded: false)],
                in: traffic
            )
            _ = try sinks[0].requests(2)
            #expect(!sinks[0].output.contains(#""flags":1"#))
            try configure(sinks[1])
            agent.signal(SIGHUP)
            _ = try sinks[1].requests(2)
            #expect(sinks[0].output.split(separator: "\n").last?.contains(#""flags":1"#) == true)
            #expect(!sinks[1].output.contains(#""flags":1"#))
            agent.signal(SIGTERM)
            agent.wait()
        }
    }
}
