import CommandSupport
import Foundation
import Synchronization
import Testing

@testable import Explain

/// How hosts are found in backends that name them in different ways.
@Suite struct SearchTests {
    /// What a backend knows: the labels of its series, and of `target_info`.
    struct Backend: Sendable, CustomTestStringConvertible {
        var name: String
        var series: [[String: String]]
        var infos: [[String: String]] = []
        var labels: [String]
        var testDescription: String { name }

        static let all = [
            Backend(
                name: "Prometheus by scrape",
                series: [
                    ["job": "tcp", "instance": "10.0.0.1:9464"], ["job": "tcp", "instance": "10.0.0.2:9464"],
                    ["job": "tcp", "instance": "10.0.0.2:9464", "service_name": "shop"],
                ],
                infos: [
                    ["job": "tcp", "instance": "10.0.0.1:9464", "host_name": "a", "service_name": "tcplens"],
                    ["job": "tcp", "instance": "10.0.0.2:9464", "host_name": "b", "service_name": "tcplens"],
                ],
                labels: ["job", "instance"]
            ),
            Backend(
                name: "Prometheus by OTLP",
                series: [
                    ["job": "tcplens", "instance": "1"], ["job": "tcplens", "instance": "2"],
                    ["job": "web/shop", "instance": "3"],
                ],
                infos: [
                    ["job": "tcplens", "instance": "1", "host_name": "a"],
                    ["job": "tcplens", "instance": "2", "host_name": "b"],
                    ["job": "web/shop", "instance": "3", "host_name": "b"],
                ],
                labels: ["job", "instance"]
            ),
            Backend(
                name: "VictoriaMetrics",
                series: [
                    ["host_name": "a", "service_name": "tcplens"], ["host_name": "b", "service_name": "tcplens"],
                    ["host_name": "b", "service_name": "shop"],
                ],
                labels: ["host_name"]
            ),
        ]

        func rows(_ query: String) -> [FakeBackend.Row] {
            if query.hasPrefix("vector") { return [([:], "1")] }
            if query.contains("target_info") { return infos.map { ($0, "1") } }
            if query.hasPrefix("count by (job") { return series.map { ($0, "20") } }
            return []
        }
    }

    private func selection(_ backend: Backend, host: String? = nil, service: String? = nil) async throws
        -> IdentitySelection
    {
        try await FakeBackend.run(rows: backend.rows) { url in
            let client = try BackendClient(url, environment: [:])
            return try BackendSearch(client, TimeSpan(length: 1800, baseline: 0), host: host, service: service)
                .selection(at: 1)
        }
    }

    @Test(arguments: Backend.all) func `hosts have their names`(backend: Backend) async throws {
        let all = try await selection(backend)
        #expect(Set(all.identities.map(\.host)) == ["a", "b"])
        #expect(all.labels == backend.labels && all.matchers.isEmpty)
    }

    @Test(arguments: Backend.all) func `one host is asked about by its labels`(backend: Backend) async throws {
        let one = try await selection(backend, host: "b")
        #expect(Set(one.identities.map(\.host)) == ["b"])
        let series = backend.series.filter {
            ["10.0.0.2:9464", "2", "3"].contains($0["instance"]) || $0["host_name"] == "b"
        }
        for labels in backend.series {
            let row = labels.filter { one.labels.contains($0.key) }
            #expect((one.identity(of: row) != nil) == series.contains(labels), "\(labels)")
        }
        switch backend.name {
        case "VictoriaMetrics": #expect(one.matchers == ["host_name=\"b\""])
        case "Prometheus by OTLP": #expect(one.matchers == ["job=~\"tcplens|web/shop\"", "instance=~\"2|3\""])
        default: #expect(one.matchers == ["job=\"tcp\"", "instance=\"10.0.0.2:9464\""])
        }
    }

    @Test(arguments: Backend.all) func `one service is asked about without the others of its host`(backend: Backend)
        async throws
    {
        let shop = try await selection(backend, service: "shop")
        #expect(shop.identities.map(\.host) == ["b"])
        for labels in backend.series {
            let isShop = labels["service_name"] == "shop" || labels["job"] == "web/shop"
            #expect((shop.identity(of: labels) != nil) == isShop, "\(labels)")
        }
    }

    @Test func `a scraped address is a name, with its port or without`() async throws {
        var backend = Backend.all[0]
        backend.infos = []
        #expect(
            try await selection(backend, host: "10.0.0.1").matchers == ["job=\"tcp\"", "instance=\"10.0.0.1:9464\""]
        )
        #expect(try await selection(backend, host: "10.0.0.1:9464").identities.count == 1)
        await #expect(throws: Failure.self) { try await selection(backend, host: "10.0.0") }
    }

    @Test func `texts in conditions are quoted`() {
        #expect(IdentitySelection.matcher("x", ["a\"b\\c\n"]) == "x=\"a\\\"b\\\\c\\n\"")
        #expect(IdentitySelection.matcher("x", ["a.b", "c\""]) == "x=~\"a\\\\.b|c\\\"\"")
        #expect(IdentitySelection.matcher("x", Set((0..<201).map(String.init))) == nil)
    }

    @Test func `a name that is not there is told, with those that are`() async throws {
        for (host, service, end) in [("z", nil, "host 'z'"), (nil, "z", "service 'z'")] as [(String?, String?, String)]
        {
            let error = await #expect(throws: Failure.self) {
                try await selection(Backend.all[2], host: host, service: service)
            }
            let message = error?.message ?? ""
            #expect(message.hasPrefix("no tcplens metrics for \(end) at http://127.0.0.1:"), "\(message)")
            #expect(message.hasSuffix(host == nil ? "it has shop, tcplens" : "it has a, b"), "\(message)")
        }
        let empty = Backend(name: "empty", series: [], labels: [])
        let error = await #expect(throws: Failure.self) { try await selection(empty, host: "z") }
        #expect(
            error?.message.contains(
                "in the last 30 min: looked for system_network_connection_count; is the agent running"
            ) ?? false
        )
    }

    @Test func `names with dots are told`() async throws {
        let dotted = { @Sendable (query: String) -> [FakeBackend.Row] in
            query.contains("system.network.connection.count") ? [([:], "1")] : []
        }
        let search = { @Sendable (url: String) throws -> IdentitySelection in
            let client = try BackendClient(url, environment: [:])
            return try BackendSearch(client, TimeSpan(length: 60, baseline: 0), host: nil, service: nil).selection(
                at: 1
            )
        }
        let error = await #expect(throws: Failure.self) { try await FakeBackend.run(rows: dotted, body: search) }
        #expect(error?.message.hasSuffix("start VictoriaMetrics with -opentelemetry.usePrometheusNaming") ?? false)
    }

    @Test(
        arguments: [(1.0, [10: 10.0]), (15, [60: 4, 30: 2]), (60, [300: 5, 60: 1]), (60, [:])]
            as [(Double, [Int: Double])]
    )
    func `the interval is found out from the samples`(interval: Double, counts: [Int: Double]) async throws {
        let found = try await FakeBackend.run(
            rows: { query in
                let window = query.firstMatch(of: /\[(\d+)s\]/).flatMap { Int($0.1) } ?? 0
                return counts[window].map { [([:], "\($0)")] } ?? []
            },
            body: { url in
                let client = try BackendClient(url, environment: [:])
                let search = BackendSearch(client, TimeSpan(length: 60, baseline: 0), host: nil, service: nil)
                return try search.interval(of: IdentitySelection([], host: nil, service: nil), at: 1)
            }
        )
        #expect(found == interval)
    }

    @Test func `the interval is the longest of all hosts, so that each has rates`() async throws {
        let counts = [10: ["a": 10.0], 300: ["a": 300, "b": 5]]
        let found = try await FakeBackend.run(
            rows: { query in
                let window = query.firstMatch(of: /\[(\d+)s\]/).flatMap { Int($0.1) } ?? 0
                return counts[window, default: [:]].map { (["host_name": $0.key], "\($0.value)") }
            },
            body: { url in
                let client = try BackendClient(url, environment: [:])
                let search = BackendSearch(client, TimeSpan(length: 60, baseline: 0), host: nil, service: nil)
                let hosts = ["a", "b"].map { Identity(labels: ["host_name": $0], host: $0, service: nil) }
                return try search.interval(of: IdentitySelection(hosts, host: nil, service: nil), at: 1)
            }
        )
        #expect(found == 60)
    }

    @Test func `hosts that say nothing any more are named, and if that is all of them, it is a failure`() async throws {
        func silent(heard: [String]) async throws -> [String] {
            try await FakeBackend.run(
                rows: { _ in heard.map { (["host_name": $0], "1") } },
                body: { url in
                    let client = try BackendClient(url, environment: [:])
                    let search = BackendSearch(client, TimeSpan(length: 60, baseline: 0), host: nil, service: nil)
                    let hosts = ["a", "b"].map { Identity(labels: ["host_name": $0], host: $0, service: nil) }
                    let selection = IdentitySelection(hosts, host: nil, service: nil)
                    return try search.silentHosts(of: selection, for: 300, at: 1)
                }
            )
        }
        #expect(try await silent(heard: ["a", "b"]) == [])
        #expect(try await silent(heard: ["b"]) == ["a"])
        let error = await #expect(throws: Failure.self) { try await silent(heard: []) }
        #expect(error?.message.contains("no tcplens metrics of a, b at") ?? false)
        #expect(error?.message.contains("has the agent ended?") ?? false)
    }

    @Test(arguments: [
        (60.0, 1800, 300, 60), (1, 1800, 60, 1), (15, 1800, 75, 15), (1, 8, 5, 1), (60, 120, 120, 60),
    ])
    func `ranges cover five intervals`(interval: Double, length: Int, range: Int, step: Int) {
        let span = TimeSpan(length: length, baseline: 1800)
        let times = QueryTimes(interval: interval, span)
        #expect(times.range == range && times.step == step && times.baselineStep == 60)
        #expect(times.hold(300, span) == min(300, length / 4))
    }
}
