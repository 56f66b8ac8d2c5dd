import Explain
import Findings
import Foundation
import HTTPServer
import System

/// Values that a test gives for signals.
struct FakeSource: SignalSource {
    /// The values of now.
    var now: [Signal: [Sample]] = [:]
    /// The usual values.
    var before: [Signal: [Sample]] = [:]
    /// Whether there was a baseline.
    var isOld = true
    var metrics: [String: Int] = [:]

    func values(of signal: Signal, above threshold: Double?, for patience: Duration) -> [Sample] {
        (now[signal] ?? []).filter { sample in threshold.map { sample.value > $0 } ?? true }
    }

    func usual(_ signal: Signal) -> [Sample] { before[signal] ?? [] }

    func place(of labels: [String: String]) -> Place {
        Place(
            host: labels["host_name"],
            labels: labels.filter { $0.key != "host_name" }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        )
    }

    func hasBaseline(_ labels: [String: String]) -> Bool { isOld }
}

extension FakeSource {
    /// Lets all conditions of a finding hold by this factor.
    mutating func make(_ finding: Finding, _ labels: [String: String] = [:], times factor: Double = 10) {
        for check in finding.checks {
            now[check.signal, default: []].append(Sample(labels, max(check.threshold, 1) * factor))
        }
    }
}

/// A thread that may block; what runs there still belongs to its test.
private actor Blocking {
    private let executor = BlockingExecutor(label: "explain.test")

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func run<Result: Sendable>(_ body: @Sendable () throws -> Result) rethrows -> Result { try body() }
}

/// A backend on loopback that answers queries as a test says.
enum FakeBackend {
    /// A row of an answer: labels and the value as text.
    typealias Row = (labels: [String: String], value: String)

    /// Runs it while `body` runs, on a thread that may block, with its URL.
    static func run<Result: Sendable>(
        answering answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse,
        body: @escaping @Sendable (String) throws -> Result
    ) async throws -> Result {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0)
        let task = Task { await server.run { answer($0) } }
        defer { task.cancel() }
        let url = "http://127.0.0.1:\(server.port)"
        return try await Blocking().run { try body(url) }
    }

    /// Answers queries with rows.
    static func run<Result: Sendable>(
        rows: @escaping @Sendable (String) -> [Row],
        body: @escaping @Sendable (String) throws -> Result
    ) async throws -> Result {
        try await run(answering: { response(rows(query(in: $0))) }, body: body)
    }

    /// The query in a request.
    static func query(in request: HTTPRequest) -> String {
        var components = URLComponents()
        components.percentEncodedQuery = String(decoding: request.body, as: UTF8.self)
        return components.queryItems?.first { $0.name == "query" }?.value ?? ""
    }

    /// An answer of Prometheus.
    static func response(_ rows: [Row]) -> HTTPResponse {
        let result = rows.map { row in
            let labels = row.labels.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
            return "{\"metric\":{\(labels)},\"value\":[1700000000,\"\(row.value)\"]}"
        }
        let text =
            "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[\(result.joined(separator: ","))]}}"
        return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: Array(text.utf8))
    }
}
