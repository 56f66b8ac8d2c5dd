import HTTPServer
import Metrics
import OTLP
import Testing

@testable import OTLPExport
@testable import Pipeline
@testable import System

/// One request and its fate, which is also the fate of what waits behind it in a queue.
@Suite(.timeLimit(.minutes(1))) struct OTLPSenderTests {
    init() {
        prepareProcess()
    }

    private func sender(_ url: String, clock: ManualClock = ManualClock()) throws -> OTLPSender {
        try OTLPSender(
            .sample(["OTEL_EXPORTER_OTLP_ENDPOINT": url]),
            version: "1",
            retryPolicy: RetryPolicy(),
            clock: ErasedClock(clock),
            random: { 0.5 }
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
            let delivery = try await sender(url).send(request(points: 5), within: .seconds(10))
            #expect(delivery.undelivered.isEmpty)
            #expect(delivery.outcome == ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200))
        }
    }

    @Test(arguments: [400, 401, 404, 500])
    func `what was refused for good leaves nothing`(status: Int) async throws {
        try await ScriptedServer.run([.failure(status, message: "")]) { _, url in
            let delivery = try await sender(url).send(request(points: 5), within: .seconds(10))
            #expect(delivery.undelivered.isEmpty)
            #expect(delivery.outcome.droppedPoints == 5)
        }
    }

    @Test func `what was refused for now is left when the time is up`() async throws {
        try await ScriptedServer.run([.failure(503, message: "busy")]) { server, url in
            let request = try request(points: 5)
            let delivery = try await sender(url).send(request, within: .seconds(4))
            #expect(delivery.undelivered == [request])
            #expect(delivery.undeliveredPoints == 5)
            #expect((delivery.outcome.droppedPoints, delivery.outcome.attempts) == (5, 3))
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a limit of attempts holds`() async throws {
        try await ScriptedServer.run([.failure(503, message: "busy")]) { server, url in
            let clock = ManualClock()
            let request = try request(points: 5)
            let delivery = try await sender(url, clock: clock).send(request, within: .seconds(100), attemptLimit: 2)
            #expect(delivery.undelivered == [request])
            #expect(clock.sleeps == [.seconds(1)])
            #expect(server.requests.count == 2)
        }
    }

    @Test func `without time nothing is tried, and all is left`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let request = try request(points: 5)
            let delivery = try await sender(url).send(request, within: .zero)
            #expect(delivery.undelivered == [request])
            #expect(delivery.outcome.failure == .timeout)
            #expect(delivery.outcome.attempts == 0)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `what nobody could be asked for is left`() async throws {
        let request = try request(points: 5)
        let delivery = try await sender("http://127.0.0.1:1").send(request, within: .seconds(10))
        #expect(delivery.undelivered == [request])
        #expect(delivery.outcome.attempts == 4)
    }

    @Test func `a request is compressed as it says, whatever is set now`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let sender = try sender(url)
            for compression in [OTLPConfiguration.Compression.gzip, .none, .gzip] {
                _ = await sender.send(try request(points: 5, compression: compression), within: .seconds(10))
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
            let task = Task { await sender.send(request, within: .seconds(3600)) }
            for await _ in requests { break }
            task.cancel()
            let delivery = await task.value
            #expect(delivery.outcome.failure == .cancelled)
            #expect(delivery.undelivered == [request])
            // The cancellation was that of one task, not the end of the sender.
            #expect(server.requests.count == 1)
        }
        try await ScriptedServer.run([.accepted]) { _, url in
            let delivery = try await sender(url).send(request, within: .seconds(10))
            #expect(delivery.undelivered.isEmpty)
        }
    }

    @Test func `a cancelled task does not end the sender`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let (sender, request) = (try sender(url), try request(points: 5))
            let undelivered = await withTaskGroup(of: [EncodedRequest].self) { group in
                // Tasks that join now are cancelled before they begin.
                group.cancelAll()
                group.addTask { await sender.send(request, within: .seconds(10)).undelivered }
                return await group.next()
            }
            #expect(undelivered == [request])
            #expect(server.requests.isEmpty)
            #expect(await sender.send(request, within: .seconds(10)).outcome.isSuccess)
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
            let delivery = try await sender(url).send(request(points: 5), within: .seconds(10))
            let outcome = delivery.outcome
            #expect(delivery.undelivered.isEmpty)
            #expect((outcome.acceptedPoints, outcome.droppedPoints, outcome.attempts) == (5, 0, 7))
            #expect(outcome.isSuccess)
            #expect(outcome.message?.contains("takes no request of 5 data points") == true)
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
                let outcome = await sender.send(try request(points: 5), within: .seconds(10)).outcome
                #expect((outcome.acceptedPoints, outcome.droppedPoints) == (5, 0))
                #expect(outcome.message?.contains("takes no request of 5 data points") == true, "nothing has changed")
            }
            #expect(try await sender.send(request(points: 4), within: .seconds(10)).outcome.message == nil)
            #expect(try server.requests.map(points).map(\.count) == [5, 2, 3, 2, 3, 4])
        }
    }

    @Test func `a single point that is too large is dropped, and the next is tried all the same`() async throws {
        let refusal = HTTPResponse.failure(413, message: "too large")
        try await ScriptedServer.run([refusal, refusal, .accepted]) { server, url in
            let sender = try sender(url)
            for _ in 0..<2 {
                let outcome = await sender.send(try request(points: 1), within: .seconds(10)).outcome
                #expect((outcome.droppedPoints, outcome.failure) == (1, .status(413)))
            }
            #expect(await sender.send(try request(points: 3), within: .seconds(10)).outcome.acceptedPoints == 3)
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a half that is refused for now is left alone`() async throws {
        let answers: [HTTPResponse] = [.failure(413, message: ""), .accepted, .failure(503, message: "busy")]
        try await ScriptedServer.run(answers) { server, url in
            let delivery = try await sender(url).send(request(points: 5), within: .seconds(10), attemptLimit: 1)
            #expect((delivery.outcome.acceptedPoints, delivery.outcome.droppedPoints) == (2, 3))
            #expect(delivery.undelivered.map(\.pointCount) == [3])
            #expect(delivery.undelivered.first?.body == server.requests.last?.body)
        }
    }

    @Test func `when the first half is refused for now, both are left, in order`() async throws {
        let answers: [HTTPResponse] = [.failure(413, message: ""), .failure(503, message: "busy")]
        try await ScriptedServer.run(answers) { server, url in
            let delivery = try await sender(url).send(request(points: 5), within: .seconds(10), attemptLimit: 1)
            #expect(delivery.undelivered.map(\.pointCount) == [2, 3])
            #expect(delivery.outcome.droppedPoints == 5)
            #expect(server.requests.count == 2)
        }
    }

    @Test func `a receiver that finds everything too large is asked down to one point, and anew by the next request`()
        async throws
    {
        try await ScriptedServer.run([.failure(413, message: "")]) { server, url in
            let sender = try sender(url)
            for _ in 0..<2 {
                let delivery = await sender.send(try request(points: 1000), within: .seconds(1000))
                #expect(delivery.outcome.droppedPoints == 1000)
                #expect(delivery.outcome.message?.hasPrefix("cannot export 1000 data points") == true)
                #expect(delivery.undelivered.isEmpty)
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
