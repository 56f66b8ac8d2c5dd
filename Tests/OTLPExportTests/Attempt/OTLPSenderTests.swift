import HTTPServer
import Metrics
import OTLP
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline
@testable import System

/// Attempts at single requests.
@Suite(.timeLimit(.minutes(1))) struct OTLPSenderTests {
    init() {
        prepareProcess()
    }

    private func sender(_ url: String, clock: ManualClock = ManualClock()) throws -> OTLPSender {
        try OTLPSender(
            .sample(["OTEL_EXPORTER_OTLP_ENDPOINT": url]),
            version: "1",
            clock: ErasedClock(clock)
        )
    }

    private func request(points: Int, compression: OTLPConfiguration.Compression = .none) throws -> EncodedRequest {
        let encoder = RequestEncoder(limit: 0, compression: compression)
        return try #require(encoder.encode([.sample(points: points)]).requests.first)
    }

    /// The numbers of the points in a request's body, which tell them apart.
    private func points(_ request: HTTPRequest) throws -> [Number] {
        try ExportRequest.decode(request.body).flatMap { resource -> [Number] in
            guard case .gauge(let points)? = resource.scopes.first?.metrics.first?.data else { return [] }
            return points.map(\.value)
        }
    }

    // MARK: What is left

    @Test func `what arrived leaves nothing`() async throws {
        try await ScriptedServer.run([.accepted]) { _, url in
            let result = try await sender(url).send(request(points: 5), timeout: .seconds(10))
            #expect(result.undelivered == nil)
            #expect(result.outcome == ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200))
        }
    }

    @Test(arguments: [400, 401, 404, 500])
    func `what was refused for good leaves nothing`(status: Int) async throws {
        try await ScriptedServer.run([.failure(status, message: "")]) { _, url in
            let result = try await sender(url).send(request(points: 5), timeout: .seconds(10))
            #expect(result.undelivered == nil)
            #expect(result.outcome.droppedPoints == 5)
        }
    }

    @Test func `what was refused for now is left after one attempt, with what the receiver asks for`() async throws {
        try await ScriptedServer.run([.failure(503, message: "busy", retryAfter: "7")]) { server, url in
            let clock = ManualClock()
            let request = try request(points: 5)
            let result = try await sender(url, clock: clock).send(request, timeout: .seconds(100))
            #expect(result.undelivered?.request == request)
            #expect(result.undelivered?.retry == .soon(retryAfter: .seconds(7)))
            #expect(result.undelivered?.problem.failure == .status(503))
            #expect(result.outcome == ExportOutcome(attempts: 1), "nothing is settled")
            #expect(clock.sleeps.isEmpty)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `without time nothing is tried, and all is left`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let request = try request(points: 5)
            let result = try await sender(url).send(request, timeout: .zero)
            #expect(result.undelivered?.request == request)
            #expect(result.undelivered?.problem.failure == .timeout)
            #expect(result.outcome.attempts == 0)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `what nobody could be asked for is left`() async throws {
        let request = try request(points: 5)
        let result = try await sender("http://127.0.0.1:1").send(request, timeout: .seconds(10))
        #expect(result.undelivered?.request == request)
        #expect(result.undelivered?.retry == .soon(retryAfter: nil))
        #expect(result.outcome.attempts == 1)
    }

    @Test func `a request is compressed as it says, whatever is set now`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let sender = try sender(url)
            for compression in [OTLPConfiguration.Compression.gzip, .none, .gzip] {
                _ = await sender.send(try request(points: 5, compression: compression), timeout: .seconds(10))
            }
            #expect(server.requests.map { $0.headers["Content-Encoding"] } == ["gzip", nil, "gzip"])
        }
    }

    // MARK: Cancellation

    @Test func `a new configuration can end a running transfer, which is left for the next sender`() async throws {
        let (requests, asked) = AsyncStream<Void>.makeStream()
        let never: @Sendable () async -> Void = {
            asked.yield()
            try? await Task.sleep(for: .seconds(3600))
        }
        let request = try request(points: 5)
        try await ScriptedServer.run([.accepted], whenAsked: never) { server, url in
            let sender = try sender(url)
            let task = Task { await sender.send(request, timeout: .seconds(3600)) }
            for await _ in requests { break }
            task.cancel()
            let result = await task.value
            #expect(result.undelivered?.problem.failure == .cancelled)
            #expect(result.undelivered?.request == request)
            // The cancellation was that of one task, not the end of the sender.
            #expect(server.requests.count == 1)
        }
        try await ScriptedServer.run([.accepted]) { _, url in
            let result = try await sender(url).send(request, timeout: .seconds(10))
            #expect(result.undelivered == nil)
        }
    }

    @Test func `a cancelled task does not end the sender`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let (sender, request) = (try sender(url), try request(points: 5))
            let undelivered = await withTaskGroup(of: EncodedRequest?.self) { group in
                // Tasks that join now are cancelled before they begin.
                group.cancelAll()
                group.addTask { await sender.send(request, timeout: .seconds(10)).undelivered?.request }
                return await group.next()
            }
            #expect(undelivered == .some(request))
            #expect(server.requests.isEmpty)
            #expect(await sender.send(request, timeout: .seconds(10)).outcome.isSuccess)
        }
    }

    // MARK: Too large

    @Test(arguments: [
        HTTPResponse.failure(413, message: "too large"), .failure(400, message: "http: request body too large"),
    ])
    func `what is too large for the receiver is sent in halves, each point once and in order`(
        refusal: HTTPResponse
    ) async throws {
        try await ScriptedServer.run([refusal, refusal, .accepted]) { server, url in
            let result = try await sender(url).send(request(points: 5), timeout: .seconds(10))
            let outcome = result.outcome
            #expect(result.undelivered == nil)
            #expect((outcome.acceptedPoints, outcome.droppedPoints, outcome.attempts) == (5, 0, 7))
            #expect(outcome.isSuccess)
            #expect(outcome.message?.contains("does not accept a request of 5 data points") == true)
            #expect(outcome.message?.contains("max_request_body_size") == true)
            let bodies = try server.requests.map(points)
            #expect(bodies.map(\.count) == [5, 2, 1, 1, 1, 1, 1], "three are more than the two that were too many")
            #expect(bodies.dropFirst(2).flatMap(\.self) == [.int(0), .int(1), .int(2), .int(3), .int(4)])
        }
    }

    @Test func `what the receiver found too large is not sent whole again`() async throws {
        try await ScriptedServer.run([.failure(413, message: ""), .accepted]) { server, url in
            let sender = try sender(url)
            for _ in 0..<2 {
                let outcome = await sender.send(try request(points: 5), timeout: .seconds(10)).outcome
                #expect((outcome.acceptedPoints, outcome.droppedPoints) == (5, 0))
                let message = try #require(outcome.message)
                #expect(message.contains("does not accept a request of 5 data points"), "nothing has changed")
            }
            #expect(try await sender.send(request(points: 4), timeout: .seconds(10)).outcome.message == nil)
            #expect(try server.requests.map(points).map(\.count) == [5, 2, 3, 2, 3, 4])
        }
    }

    @Test func `a single point that is too large is dropped, and the next is tried all the same`() async throws {
        let refusal = HTTPResponse.failure(413, message: "too large")
        try await ScriptedServer.run([refusal, refusal, .accepted]) { server, url in
            let sender = try sender(url)
            for _ in 0..<2 {
                let outcome = await sender.send(try request(points: 1), timeout: .seconds(10)).outcome
                #expect((outcome.droppedPoints, outcome.failure) == (1, .status(413)))
            }
            #expect(await sender.send(try request(points: 3), timeout: .seconds(10)).outcome.acceptedPoints == 3)
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a half that is refused for now is left alone`() async throws {
        let answers: [HTTPResponse] = [.failure(413, message: ""), .accepted, .failure(503, message: "busy")]
        try await ScriptedServer.run(answers) { server, url in
            let result = try await sender(url).send(request(points: 5), timeout: .seconds(10))
            #expect((result.outcome.acceptedPoints, result.outcome.droppedPoints) == (2, 0))
            #expect(result.undelivered?.request.pointCount == 3)
            #expect(result.undelivered?.request.body == server.requests.last?.body)
        }
    }

    @Test(arguments: [OTLPConfiguration.Compression.none, .gzip])
    func `when the first half is refused for now, both are left, in order`(
        compression: OTLPConfiguration.Compression
    ) async throws {
        let answers: [HTTPResponse] = [.failure(413, message: ""), .failure(503, message: "busy"), .accepted]
        try await ScriptedServer.run(answers) { server, url in
            let sender = try sender(url)
            let request = try request(points: 5, compression: compression)
            let result = await sender.send(request, timeout: .seconds(10))
            let rest = try #require(result.undelivered?.request)
            #expect(rest.pointCount == 5)
            #expect(result.outcome.droppedPoints == 0)
            #expect(server.requests.count == 2)
            // The next attempt knows already that the whole is too large.
            let next = await sender.send(rest, timeout: .seconds(10))
            #expect(next.outcome.acceptedPoints == 5)
            #expect(next.outcome.attempts == 2)
            let bodies = try server.requests.suffix(2).map { request in
                compression == .gzip ? try Gzip.decompress(request.body, limit: 100_000) : request.body
            }
            let counts = try bodies.map { try ExportRequest.decode($0).pointCount }
            #expect(counts == [2, 3])
        }
    }

    @Test func `a receiver that finds everything too large is asked down to one point, and anew by the next request`()
        async throws
    {
        try await ScriptedServer.run([.failure(413, message: "")]) { server, url in
            let sender = try sender(url)
            for _ in 0..<2 {
                let result = await sender.send(try request(points: 1000), timeout: .seconds(1000))
                #expect(result.outcome.droppedPoints == 1000)
                #expect(result.outcome.message?.hasPrefix("cannot export 1000 data points") == true)
                #expect(result.undelivered == nil)
            }
            let asked = [1000, 500, 250, 125, 62, 31, 15, 7, 3, 1]
            #expect(try server.requests.map(points).map(\.count) == asked + asked)
        }
    }

    // MARK: Several requests

    @Test func `one export may be several requests, and each has its own fate`() async throws {
        let answers: [HTTPResponse] = [
            .accepted, .failure(400, message: "bad"), .partialSuccess(rejected: 1, message: "old"), .accepted,
        ]
        try await ScriptedServer.run(answers) { server, url in
            var configuration = try OTLPConfiguration.sample(["OTEL_EXPORTER_OTLP_ENDPOINT": url])
            configuration.requestLimit = 500
            let exporter = try OTLPHTTPExporter(configuration, version: "1", clock: ManualClock(), random: { 0.5 })
            let outcome = await exporter.export([.sample(points: 32)])
            let counts = try server.requests.map(points).map(\.count)
            try #require(counts.count == 4)
            #expect(outcome.droppedPoints == counts[1])
            #expect(outcome.rejectedPoints == 1)
            #expect(outcome.acceptedPoints == 32 - counts[1] - 1)
            #expect(outcome.attempts == 4)
            // The graver failure stays.
            #expect(outcome.failure == .status(400))
            #expect(outcome.message?.contains("HTTP 400: bad") == true)
            #expect(server.requests.allSatisfy { $0.body.count <= 500 })
        }
    }
}
