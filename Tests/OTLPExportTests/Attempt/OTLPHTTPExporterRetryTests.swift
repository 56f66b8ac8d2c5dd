import HTTPServer
import Metrics
import Synchronization
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

/// Retry, timeout and shutdown of the exporter, with a real server on loopback and a clock that stands still.
@Suite(.timeLimit(.minutes(1))) struct OTLPHTTPExporterRetryTests {
    private let metrics = [ResourceMetrics.sample(points: 5)]

    init() {
        prepareProcess()
    }

    private func exporter(
        _ url: String,
        timeout: String = "10000",
        clock: ManualClock = ManualClock()
    ) throws -> OTLPHTTPExporter {
        try .sample(url, ["OTEL_EXPORTER_OTLP_TIMEOUT": timeout], clock: clock)
    }

    @Test func `the retryable statuses are retried with growing waits (conformance 59, 62)`() async throws {
        let answers: [HTTPResponse] = [429, 502, 504].map { .failure($0, message: "") } + [.accepted]
        try await ScriptedServer.run(answers) { server, url in
            let clock = ManualClock()
            let outcome = try await exporter(url, clock: clock).export(metrics)
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 4, status: 200))
            #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
            #expect(Set(server.requests.map(\.body)).count == 1)
        }
    }

    @Test func `Retry-After makes the wait longer, and only for this one answer (conformance 60)`() async throws {
        let answers: [HTTPResponse] = [
            .failure(503, message: "", retryAfter: "3"), .failure(503, message: ""), .accepted,
        ]
        try await ScriptedServer.run(answers) { _, url in
            let clock = ManualClock()
            let outcome = try await exporter(url, clock: clock).export(metrics)
            #expect(outcome.isSuccess)
            // Up to half more than was asked for, by chance; the test's chance is one half.
            #expect(clock.sleeps == [.milliseconds(3750), .seconds(2)])
        }
    }

    @Test(arguments: ["0", "-5", "soon", "", "30 s", "3.5", "Fri, 31 Dec 1999 23:59:59 GMT"])
    func `a Retry-After that makes no sense leaves the back-off (conformance 60)`(value: String) async throws {
        try await ScriptedServer.run([.failure(429, message: "", retryAfter: value), .accepted]) { _, url in
            let clock = ManualClock()
            let outcome = try await exporter(url, clock: clock).export(metrics)
            #expect(outcome.isSuccess)
            #expect(clock.sleeps == [.seconds(1)])
        }
    }

    @Test(arguments: [
        "30", "9223372036854775807", "99999999999999999999999", "Thu, 31 Dec 2099 23:59:59 GMT",
    ])
    func `a Retry-After beyond the time that is left ends the export at once (conformance 60)`(value: String)
        async throws
    {
        try await ScriptedServer.run([.failure(503, message: "busy", retryAfter: value)]) { server, url in
            let clock = ManualClock()
            let outcome = try await exporter(url, clock: clock).export(metrics)
            #expect(clock.sleeps.isEmpty)
            #expect(server.requests.count == 1)
            #expect(outcome.failure == .status(503))
            #expect(outcome.message?.contains("busy; the receiver asks to wait ") == true)
        }
    }

    @Test func `the timeout counts for all attempts and waits together (conformance 67)`() async throws {
        try await ScriptedServer.run([.failure(503, message: "busy")]) { server, url in
            let clock = ManualClock()
            // The next wait would be four seconds. What is left is real time for the last attempt.
            let outcome = try await exporter(url, timeout: "6900", clock: clock).export(metrics)
            #expect(clock.sleeps == [.seconds(1), .seconds(2)])
            #expect(server.requests.count == 3)
            #expect(outcome.failure == .status(503))
            #expect(outcome.message?.hasSuffix("HTTP 503: busy (3 attempts in 3 s)") == true)
        }
    }

    @Test func `a receiver that never answers is a timeout (conformance 70)`() async throws {
        let never: @Sendable () async -> Void = { try? await Task.sleep(for: .seconds(3600)) }
        try await ScriptedServer.run([.accepted], whenAsked: never) { _, url in
            let outcome = try await exporter(url, timeout: "100").export(metrics)
            #expect(outcome.failure == .timeout)
            #expect(outcome.droppedPoints == 5)
        }
    }

    @Test func `shutdown ends a back-off (conformance 73)`() async throws {
        try await ScriptedServer.run([.failure(503, message: "")]) { server, url in
            let (waits, waiting) = AsyncStream<Void>.makeStream()
            let exporter = try exporter(url, clock: .endless { waiting.yield() })
            async let outcome = exporter.export(metrics)
            for await _ in waits { break }
            await exporter.shutdown()
            #expect(await outcome.failure == .cancelled)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `cancellation of the task ends a back-off`() async throws {
        try await ScriptedServer.run([.failure(503, message: "")]) { _, url in
            let (waits, waiting) = AsyncStream<Void>.makeStream()
            let exporter = try exporter(url, clock: .endless { waiting.yield() })
            let task = Task { await exporter.export(metrics) }
            for await _ in waits { break }
            task.cancel()
            #expect(await task.value.failure == .cancelled)
        }
    }

    @Test func `shutdown ends a transfer (conformance 73)`() async throws {
        let (requests, asked) = AsyncStream<Void>.makeStream()
        let never: @Sendable () async -> Void = {
            asked.yield()
            try? await Task.sleep(for: .seconds(3600))
        }
        try await ScriptedServer.run([.accepted], whenAsked: never) { server, url in
            let exporter = try exporter(url, timeout: "600000")
            async let outcome = exporter.export(metrics)
            for await _ in requests { break }
            await exporter.shutdown()
            #expect(await outcome.failure == .cancelled)
            #expect(await outcome.attempts == 1)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `after shutdown nothing is sent (conformance 73)`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let exporter = try exporter(url)
            await exporter.shutdown()
            await exporter.shutdown()
            let outcome = await exporter.export(metrics)
            #expect(outcome.failure == .cancelled)
            #expect((outcome.droppedPoints, outcome.attempts) == (5, 0))
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `exports never overlap, not even while one waits to try again (conformance 69, 77)`() async throws {
        let answers: [HTTPResponse] = (0..<5).flatMap { _ in [.failure(503, message: ""), .accepted] }
        try await ScriptedServer.run(answers) { server, url in
            // While many tests run, even an answer from this machine may take more than ten seconds.
            let exporter = try exporter(url, timeout: "600000")
            let outcomes = await withTaskGroup { group in
                for points in 1...5 {
                    group.addTask { await exporter.export([.sample(points: points)]) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            // Each export was refused once and retried; if exports overlapped, other bodies would come in between.
            #expect(outcomes.allSatisfy { $0.isSuccess && $0.attempts == 2 })
            let bodies = server.requests.map(\.body)
            #expect(bodies.count == 10)
            for first in stride(from: 0, to: bodies.count - 1, by: 2) {
                #expect(bodies[first] == bodies[first + 1])
            }
        }
    }
}
