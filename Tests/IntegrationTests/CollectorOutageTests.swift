import Foundation
import Testing

/// Outages of backends and Collectors, with the configurations of `otel-collector-config`.
extension PeerIntegrationTests {
    @Suite(
        .enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"),
        .enabled(if: Executable.takesLong, "apart: make test-backends runs it")
    )
    struct CollectorOutageTests {
        /// An agent that also prints what it collects, a Collector, and a backend.
        private struct Pipeline {
            let backend: Backend
            let collector: ShippedCollector
            let agent: RunningProcess
            private static let metric = "system.network.connection.count"

            init(_ name: String, to kind: Backend.Kind, _ options: String...) throws {
                let traffic = try Traffic()
                backend = try Backend(kind, in: traffic)
                let environment = ["BACKEND_ENDPOINT": try #require(backend.endpoint)]
                collector = try ShippedCollector(name, in: traffic, environment, options)
                agent = try RunningProcess(
                    [Executable.tcplens, "run", "--interval", "500ms"],
                    in: traffic,
                    environment: ["OTEL_METRICS_EXPORTER": "otlp,console", "OTEL_EXPORTER_OTLP_TIMEOUT": "2000"]
                )
                _ = try eventually("a first export") { [backend] in
                    try backend.rows("tcplens_handshakes_total").first
                }
            }

            /// How many collections it has printed.
            var collections: Int {
                agent.output.split(separator: "\n").filter { $0.hasPrefix("\(Self.metric)  ") }.count
            }

            /// Waits until it has collected this many times more.
            func collect(_ count: Int) throws {
                let end = collections + count
                _ = try eventually("\(count) collections") { collections >= end ? true : nil }
            }

            /// The times of all samples of a counter; stocks have none at the end of the agent.
            private func sampled() throws -> [Double] {
                let labels = #"{tcplens_connection_role="client",error_type="",network_type="ipv4"}"#
                let series = try backend.samples("tcplens_handshakes_total\(labels)")
                #expect(series.count == 1)
                return series.first?.map(\.time) ?? []
            }

            /// Waits until the backend has what the agent has collected.
            func catchUp() throws {
                let now = Date().timeIntervalSince1970
                _ = try eventually("what waited", within: .seconds(60)) {
                    Thread.sleep(forTimeInterval: 0.2)
                    return try sampled().last ?? 0 > now && sampled().count >= collections - 1 ? true : nil
                }
            }

            /// Ends the agent, and checks that each of its collections is in the backend.
            func expectNoGap() throws {
                try catchUp()
                agent.signal(SIGTERM)
                agent.wait()
                #expect(agent.status == 0, "\(agent.error)")
                var times: [Double] = []
                do {
                    _ = try eventually("all \(collections) collections") {
                        times = try sampled()
                        return times.count >= collections ? true : nil
                    }
                } catch let timeout as Timeout {
                    let log = collector.log.split(separator: "\n").filter { $0.contains("Exporting failed") }
                    throw Timeout(
                        description: "\(timeout): \(times); \(log); \(backend.complaints.suffix(3)); \(agent.error)"
                    )
                }
                #expect(times.count == collections, "each once")
                let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
                #expect(gaps.max() ?? 9 < 2, "\(gaps)")
            }
        }

        private static let cases: [(String, Backend.Kind)] = [
            ("sidecar", .victoriaMetrics), ("node", .victoriaMetrics), ("prometheus", .receiving),
        ].filter { $0.1.isHere }

        @Test(arguments: cases)
        func `outages of the backend and of the Collector leave no gap`(name: String, kind: Backend.Kind) throws {
            let pipeline = try Pipeline(name, to: kind)
            try pipeline.collect(4)
            // The Collector accepts and keeps.
            pipeline.backend.stop()
            try pipeline.collect(8)
            #expect(!pipeline.agent.error.contains("cannot export"), "\(pipeline.agent.error)")
            try pipeline.backend.start()
            // What waits in a Collector is lost when it ends.
            try pipeline.catchUp()
            // The agent keeps.
            pipeline.collector.stop()
            try pipeline.collect(8)
            #expect(pipeline.agent.error.contains("cannot export"), "\(pipeline.agent.error)")
            try pipeline.collector.start()
            _ = try eventually("the agent to say so") {
                pipeline.agent.error.contains("works again") ? true : nil
            }
            try pipeline.collect(2)
            try pipeline.expectNoGap()
        }

        @Test(arguments: cases)
        func `a Collector whose queue is full lets the agent keep the rest`(name: String, kind: Backend.Kind) throws {
            // Room for a few requests.
            let pipeline = try Pipeline(name, to: kind, "--set=exporters.otlp_http.sending_queue.queue_size=150000")
            try pipeline.collect(2)
            pipeline.backend.stop()
            _ = try eventually("the Collector's refusal", within: .seconds(60)) {
                pipeline.agent.error.contains("HTTP 503") ? true : nil
            }
            try pipeline.collect(6)
            try pipeline.backend.start()
            _ = try eventually("the agent to say so", within: .seconds(60)) {
                pipeline.agent.error.contains("works again") ? true : nil
            }
            try pipeline.expectNoGap()
        }
    }
}
