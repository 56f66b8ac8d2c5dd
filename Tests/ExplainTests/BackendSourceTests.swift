import Catalogue
import CommandSupport
import Findings
import Foundation
import Synchronization
import Testing

@testable import Explain

/// The queries that a backend is asked, and what its answers become.
@Suite struct BackendSourceTests {
    /// The queries of a run.
    private final class Log: Sendable {
        private let queries = Mutex<[String]>([])
        /// The queries so far.
        var all: [String] { queries.withLock(\.self) }
        /// Notes a query.
        func note(_ query: String) { queries.withLock { $0.append(query) } }
    }

    /// A backend with two hosts, whose metrics are collected each 10 s.
    private static func rows(_ query: String) -> [FakeBackend.Row] {
        let hosts = ["a", "b"].map { ["host_name": $0] }
        if query.hasPrefix("vector") { return [([:], "1")] }
        if query.hasPrefix("count by (job") {
            return hosts.map { ($0.merging(["service_name": "tcplens"]) { $1 }, "20") }
        }
        if query.hasPrefix("count by (service_name, service_instance_id)") {
            return [(["service_name": "tcplens", "service_instance_id": "u-1"], "1")]
        }
        if query.contains("count_over_time") { return query.contains("[60s]") ? hosts.map { ($0, "6") } : [] }
        if query.hasPrefix("count by (__name__)") { return [(["__name__": "tcplens_rtt_seconds_count"], "3")] }
        if query.hasPrefix("count by (host_name)") { return [(hosts[0], "1")] }
        if query.contains("tcplens_time_wait_overflows_total") {
            return [(hosts[0], "7"), (["host_name": "z"], "9"), (hosts[1], "NaN")]
        }
        return []
    }

    private func run<Result: Sendable>(
        host: String? = nil,
        _ log: Log = Log(),
        _ body: @escaping @Sendable (BackendSource) throws -> Result
    ) async throws -> Result {
        let answer = { @Sendable (query: String) in
            log.note(query)
            return Self.rows(query)
        }
        let ask = { @Sendable (url: String) throws in
            let client = try BackendClient(url, environment: [:])
            let source = try BackendSource(client, TimeSpan(length: 1800, baseline: 900), host: host, service: nil)
            return try body(source)
        }
        return try await FakeBackend.run(rows: answer, body: ask)
    }

    @Test func `what a backend has becomes the scope, and rows of other hosts are left out`() async throws {
        try await run { source in
            #expect(source.interval == 10 && source.range == 60 && source.hosts == 2)
            #expect(source.metrics == ["tcplens_rtt_seconds_count": 3])
            let rows = try source.values(of: .rate(Selector(.timeWaitOverflows)), above: nil, for: .zero)
            #expect(rows.map(\.labels) == [["host_name": "a"], ["host_name": "b"]])
            #expect(source.place(of: ["host_name": "a", "x": "1"]) == Place(host: "a", labels: [("x", "1")]))
            #expect(source.hasBaseline(["host_name": "a", "x": "1"]) && !source.hasBaseline(["host_name": "b"]))
        }
    }

    @Test func `a value must have been above its threshold for the patience of the finding`() async throws {
        let log = Log()
        try await run(host: "a", log) { source in
            let signal = Signal.rate(Selector(.timeWaitOverflows))
            _ = try source.values(of: signal, above: 2, for: .seconds(120))
            _ = try source.values(of: .lasting(Selector(.stalled)), above: 0, for: .seconds(120))
            _ = try source.usual(signal)
        }
        let rate = "sum by (host_name) (rate(tcplens_time_wait_overflows_total{host_name=\"a\"}[60s]))"
        let lasting = "min_over_time(sum by (host_name) (tcplens_connection_stalled{host_name=\"a\"})[60s:10s])"
        #expect(
            log.all.suffix(3) == [
                "((\(rate)) > 2.0) and (min_over_time((\(rate))[120s:12s]) > 2.0)", "(\(lasting)) > 0.0",
                "avg_over_time((((\(rate)) >= 0) < Inf)[900s:30s] offset 1800s)",
            ]
        )
    }

    @Test func `metrics that other programs have, too, are those of agents`() async throws {
        let log = Log()
        try await run(log) { source in
            for check in Finding.agentExports.checks {
                _ = try source.values(of: check.signal, above: check.threshold, for: .seconds(60))
            }
        }
        let matchers = "{service_name=\"tcplens\", service_instance_id=\"u-1\", error_type!=\"\"}"
        #expect(log.all.last?.contains("otel_sdk_exporter_metric_data_point_exported_total\(matchers)") ?? false)
    }
}
