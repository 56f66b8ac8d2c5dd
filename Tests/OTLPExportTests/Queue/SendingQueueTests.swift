import HTTPServer
import Metrics
import OTLP
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

/// The queue of the exporter, with a real server on loopback; delays between attempts end when the test says so.
@Suite(.timeLimit(.minutes(1))) struct SendingQueueTests: QueueTesting {
    let directory: TemporaryDirectory
    let rests = AsyncStream<Void>.makeStream()

    init() throws {
        prepareProcess()
        directory = try TemporaryDirectory()
    }

    // MARK: Outages

    @Test func `what was not taken arrives in order, each with its own time (conformance 77)`() async throws {
        try await ScriptedServer.run([busy, busy, .accepted]) { server, url in
            let exporter = try exporter(url)
            let first = await exporter.export([.sample(points: 1)])
            #expect(first.failure == .status(503))
            #expect((first.queuedPoints, first.droppedPoints, first.attempts) == (1, 0, 1))
            #expect(first.lostPoints.isEmpty)
            let second = await exporter.export([.sample(points: 2)])
            #expect((second.queuedPoints, second.attempts, second.failure) == (3, 0, .status(503)))
            _ = await exporter.export([.sample(points: 3)])
            let sum = await drain(exporter)
            #expect((sum.acceptedPoints, sum.droppedPoints) == (6, 0))
            #expect(try points(server) == [1, 1, 1, 2, 3])
            #expect(server.requests.last?.body == ExportRequest.encode([.sample(points: 3)]))
        }
    }

    @Test func `an outage that is known holds up no further export`() async throws {
        try await ScriptedServer.run([busy]) { server, url in
            let exporter = try exporter(url)
            // The delay after the first failure never ends: an export that waited for it would not return.
            for round in 1...5 {
                #expect(await exporter.export([.sample(points: 10)]).queuedPoints == 10 * round)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a slow receiver holds up an export no longer than the limit`() async throws {
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let (answers, answer) = AsyncStream<Void>.makeStream()
        let slowly: @Sendable () async -> Void = {
            ask.yield()
            for await _ in answers { return }
        }
        try await ScriptedServer.run([.accepted], whenAsked: slowly) { _, url in
            var configuration = try OTLPConfiguration.sample(["OTEL_EXPORTER_OTLP_ENDPOINT": url])
            configuration.waitLimit = .milliseconds(1)
            let exporter = try OTLPHTTPExporter(configuration, version: "1")
            let first = await exporter.export([.sample(points: 5)])
            #expect((first.queuedPoints, first.failure, first.isSuccess) == (5, nil, false))
            for await _ in asked { break }
            answer.yield()
            answer.yield()
            var sum = ExportOutcome()
            while sum.acceptedPoints < 5 { sum.add(await exporter.export([])) }
            #expect(sum.attempts == 1)
        }
    }

    @Test func `an answer that is no reason to try again drops that one request (conformance 64)`() async throws {
        let refused = HTTPResponse.failure(400, message: "no")
        try await ScriptedServer.run([busy, .accepted, refused, .accepted]) { server, url in
            let exporter = try exporter(url)
            for points in 1...3 { _ = await exporter.export([.sample(points: points)]) }
            let sum = await drain(exporter)
            #expect((sum.acceptedPoints, sum.droppedPoints) == (4, 2))
            #expect(sum.lostPoints == [.status(400): 2])
            #expect(try points(server) == [1, 1, 2, 3])
        }
    }

    @Test func `what is dropped to make room is counted, the oldest first`() async throws {
        let size = ExportRequest.encode([.sample(points: 5)]).count
        try await ScriptedServer.run([busy, .accepted]) { server, url in
            let exporter = try exporter(url) { $0.queueLimit = 2 * size }
            var outcomes: [ExportOutcome] = []
            for _ in 1...4 { outcomes.append(await exporter.export([.sample(points: 5)])) }
            #expect(outcomes.map(\.droppedPoints) == [0, 0, 5, 5])
            #expect(outcomes.map(\.queuedPoints) == [5, 10, 10, 10])
            #expect(outcomes[2].lostPoints == [.queueFull: 5])
            #expect(outcomes[2].message?.contains("the queue is full (\(2 * size) bytes): 5 data points are") == true)
            #expect(outcomes[2].message?.contains("HTTP 503: busy") == true, "and why")
            let sum = await drain(exporter)
            #expect(sum.acceptedPoints == 10)
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a request over the bound is sent, and lost for the receiver's reason if that fails`() async throws {
        try await ScriptedServer.run([.accepted, busy, .accepted]) { server, url in
            let exporter = try exporter(url) { $0.queueLimit = 1 }
            #expect(await exporter.export([.sample(points: 5)]).isSuccess)
            let failed = await exporter.export([.sample(points: 5)])
            #expect(failed.lostPoints == [.status(503): 5])
            #expect(failed.queuedPoints == 0)
            #expect(server.requests.count == 2)
        }
    }

    // MARK: The end

    @Test func `the last export tries what waits once more, at once, and counts what is lost (conformance 65)`()
        async throws
    {
        try await ScriptedServer.run([busy, .accepted, busy]) { server, url in
            let exporter = try exporter(url)
            for points in 1...3 { _ = await exporter.export([.sample(points: points)]) }
            let last = await exporter.export([.sample(points: 4)], isLast: true)
            #expect(last.acceptedPoints == 1)
            #expect(last.lostPoints == [.status(503): 2 + 3 + 4])
            #expect(last.queuedPoints == 0)
            #expect(last.message?.contains("9 data points that waited") == true)
            #expect(try points(server) == [1, 1, 2])
        }
    }

    @Test func `the last export ends a delay within the timeout, too`() async throws {
        try await ScriptedServer.run([busy, .accepted]) { server, url in
            var configuration = try OTLPConfiguration.sample(["OTEL_EXPORTER_OTLP_ENDPOINT": url])
            // Longer than the test may take, and shorter than the timeout.
            configuration.timeout = .seconds(3600)
            configuration.waitLimit = .milliseconds(1)
            let policy = RetryPolicy(initial: .seconds(1800), maximum: .seconds(1800), randomization: 0)
            let exporter = try OTLPHTTPExporter(configuration, version: "1", retryPolicy: policy)
            let first = await exporter.export([.sample(points: 1)])
            #expect((first.queuedPoints, first.failure) == (1, nil), "its timeout is not over")
            while server.requests.isEmpty { await Task.yield() }
            let last = await exporter.export([.sample(points: 2)], isLast: true)
            #expect((last.acceptedPoints, last.droppedPoints) == (3, 0))
        }
    }

    @Test func `shutdown in an outage counts what is lost`() async throws {
        try await ScriptedServer.run([busy]) { _, url in
            let exporter = try exporter(url)
            _ = await exporter.export([.sample(points: 5)])
            await exporter.shutdown()
            let outcome = await exporter.export([.sample(points: 1)])
            #expect(outcome.lostPoints == [.status(503): 5, .cancelled: 1])
        }
    }
}
