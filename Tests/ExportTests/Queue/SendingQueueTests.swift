import HTTPServer
import Metrics
import OTLP
import Testing

@testable import Export

/// The queue behind the exporter, against a real server on loopback; rests between attempts end when the test says so.
@Suite(.timeLimit(.minutes(1))) struct SendingQueueTests {
    private let directory: TemporaryDirectory
    private let rests = AsyncStream<Void>.makeStream()
    private let busy = HTTPResponse.failure(503, message: "busy")

    init() throws {
        prepareProcess()
        directory = try TemporaryDirectory()
    }

    private var spool: String { directory.path("spool") }

    /// An exporter that tries each request once before it counts as failed.
    private func exporter(
        _ url: String,
        _ settings: [String: String] = [:],
        configure: (inout OTLPConfiguration) -> Void = { _ in }
    ) throws -> OTLPHTTPExporter {
        let environment = ["OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_TIMEOUT": "60000"]
        var configuration = try OTLPConfiguration.sample(environment.merging(settings) { $1 })
        configure(&configuration)
        let clock = ManualClock { [stream = rests.stream] in
            for await _ in stream { return }
        }
        // A second attempt would come after the timeout, which is far more than a busy machine takes for the first.
        let policy = RetryPolicy(initial: .seconds(100), maximum: .seconds(1000))
        return try OTLPHTTPExporter(configuration, version: "1", retryPolicy: policy, clock: clock, random: { 0.5 })
    }

    /// Lets the sending go on after `count` failures.
    private func endRests(_ count: Int = 1) {
        for _ in 0..<count { rests.continuation.yield() }
    }

    /// Exports nothing until all that waited is settled; the sum of what became of it.
    private func drain(_ exporter: OTLPHTTPExporter, from outcome: ExportOutcome = ExportOutcome()) async
        -> ExportOutcome
    {
        var sum = outcome
        while true {
            let next = await exporter.export([])
            sum.add(next)
            guard next.queuedPoints > 0 else { return sum }
            endRests()
            await Task.yield()
        }
    }

    /// The points of each request that `server` got.
    private func points(_ server: ScriptedServer) throws -> [Int] {
        try server.requests.map { try ExportRequest.decode($0.body).pointCount }
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
            // The rest after the first failure never ends: an export that waited for it would not return.
            for round in 1...5 {
                #expect(await exporter.export([.sample(points: 10)]).queuedPoints == 10 * round)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a slow receiver holds up an export no longer than patience lasts`() async throws {
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let (answers, answer) = AsyncStream<Void>.makeStream()
        let slowly: @Sendable () async -> Void = {
            ask.yield()
            for await _ in answers { return }
        }
        try await ScriptedServer.run([.accepted], whenAsked: slowly) { _, url in
            var configuration = try OTLPConfiguration.sample(["OTEL_EXPORTER_OTLP_ENDPOINT": url])
            configuration.patience = .milliseconds(1)
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

    @Test func `what is given up for want of room is counted, the oldest first`() async throws {
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

    @Test func `the last export ends a back-off of the sender, too`() async throws {
        try await ScriptedServer.run([busy, .accepted]) { server, url in
            var configuration = try OTLPConfiguration.sample(["OTEL_EXPORTER_OTLP_ENDPOINT": url])
            // Longer than the test may take, and shorter than the timeout.
            configuration.timeout = .seconds(3600)
            configuration.patience = .milliseconds(1)
            let policy = RetryPolicy(initial: .seconds(1800), maximum: .seconds(1800), randomization: 0)
            let exporter = try OTLPHTTPExporter(configuration, version: "1", retryPolicy: policy)
            _ = await exporter.export([.sample(points: 1)])
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

    // MARK: The spool

    @Test func `what the spool has goes first after a restart, in order, and not twice`() async throws {
        try await ScriptedServer.run([busy, busy, .accepted]) { server, url in
            do {
                let exporter = try exporter(url) { $0.spool = spool }
                for points in 1...3 { _ = await exporter.export([.sample(points: points)]) }
                let last = await exporter.export([.sample(points: 4)], isLast: true)
                #expect((last.queuedPoints, last.droppedPoints) == (10, 0))
                await exporter.shutdown()
            }
            let next = try exporter(url) { $0.spool = spool }
            let outcome = await next.export([.sample(points: 5)])
            #expect(
                outcome.warnings == ["the spool \(spool) has 4 requests with 10 data points from before; they go first"]
            )
            let sum = await drain(next, from: outcome)
            #expect(sum.acceptedPoints == 15)
            #expect(try points(server) == [1, 1, 1, 2, 3, 4, 5])
            #expect(try directory.names(in: "spool") == ["lock"])
        }
    }

    @Test func `another exporter can't have the same spool until the first is shut down`() async throws {
        let first = try exporter("http://127.0.0.1:1") { $0.spool = spool }
        #expect(throws: SpoolError.self) { try exporter("http://127.0.0.1:1") { $0.spool = spool } }
        await first.shutdown()
        _ = try exporter("http://127.0.0.1:1") { $0.spool = spool }
    }

    @Test func `the spool is bounded on its own`() async throws {
        try await ScriptedServer.run([busy, .accepted]) { server, url in
            let exporter = try exporter(url) { configuration in
                (configuration.spool, configuration.spoolLimit, configuration.queueLimit) = (spool, 3 * 4096, 0)
            }
            for points in 1...5 { _ = await exporter.export([.sample(points: points)]) }
            #expect(try directory.names(in: "spool").count == 3 + 1)
            let sum = await drain(exporter)
            #expect(sum.acceptedPoints == 3 + 4 + 5)
            #expect(try points(server) == [1, 3, 4, 5])
        }
    }

    @Test func `of a request that was taken in part only the rest is kept`() async throws {
        let tooLarge = HTTPResponse.failure(413, message: "")
        try await ScriptedServer.run([tooLarge, .accepted, busy, .accepted]) { server, url in
            do {
                let exporter = try exporter(url) { $0.spool = spool }
                let outcome = await exporter.export([.sample(points: 10)])
                #expect((outcome.acceptedPoints, outcome.queuedPoints, outcome.droppedPoints) == (5, 5, 0))
                await exporter.shutdown()
            }
            let next = try exporter(url) { $0.spool = spool }
            #expect(await next.export([]).acceptedPoints == 5)
            #expect(try points(server) == [10, 5, 5, 5])
            #expect(server.requests.count == 4 && Set(server.requests.suffix(2).map(\.body)).count == 1)
        }
    }

    @Test func `what is damaged is counted and said, and the others arrive`() async throws {
        try await ScriptedServer.run([busy, .accepted]) { server, url in
            let exporter = try exporter(url) { $0.spool = spool }
            for points in 1...3 { _ = await exporter.export([.sample(points: points)]) }
            let name = "spool/" + (try directory.names(in: "spool"))[1]
            var bytes = try directory.read(name)
            bytes[60] ^= 1
            try directory.write(bytes, to: name)
            let sum = await drain(exporter)
            #expect(sum.acceptedPoints == 4)
            #expect(sum.lostPoints == [.damaged: 2])
            #expect(try points(server) == [1, 1, 3])
        }
    }

    @Test func `a spool that does not work is told once, and memory takes its place`() async throws {
        try await ScriptedServer.run([busy, .accepted]) { server, url in
            let exporter = try exporter(url) { $0.spool = "/sys/tcplens" }
            let outcomes = [await exporter.export([.sample(points: 1)]), await exporter.export([.sample(points: 2)])]
            #expect(outcomes.map(\.warnings.count) == [1, 0])
            #expect(outcomes[0].warnings.first?.contains("/sys/tcplens") == true)
            #expect(outcomes[0].warnings.first?.contains("wait in memory") == true)
            #expect(await drain(exporter).acceptedPoints == 3)
            #expect(try points(server) == [1, 1, 2])
        }
    }

    @Test func `a spool that was deleted is made again, and what was in it is lost and counted`() async throws {
        try await ScriptedServer.run([busy, .accepted]) { server, url in
            let exporter = try exporter(url) { $0.spool = spool }
            _ = await exporter.export([.sample(points: 1)])
            try directory.remove("spool")
            let outcomes = [await exporter.export([.sample(points: 2)]), await exporter.export([.sample(points: 4)])]
            #expect(outcomes[0].warnings.first?.contains("wait in memory") == true)
            #expect(outcomes[1].warnings.first?.hasSuffix("works again") == true, "\(outcomes[1].warnings)")
            #expect(try directory.names(in: "spool").filter { $0.hasSuffix(".otlp") }.count == 1)
            // What can't be read says nothing of the receiver, so that exports wait for the next ones.
            endRests(4)
            let sum = await drain(exporter)
            #expect(sum.acceptedPoints == 6)
            #expect(sum.lostPoints == [.damaged: 1])
            #expect(try points(server) == [1, 2, 4])
        }
    }

    @Test func `requests keep their encoding when settings change, and no header is on disk`() async throws {
        let secret = ["OTEL_EXPORTER_OTLP_HEADERS": "authorization=s3cret-token"]
        try await ScriptedServer.run([busy, .accepted]) { server, url in
            do {
                let settings = secret.merging(["OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"]) { $1 }
                let exporter = try exporter(url, settings) { $0.spool = spool }
                _ = await exporter.export([.sample(points: 5)])
                await exporter.shutdown()
            }
            for name in try directory.names(in: "spool") {
                let text = String(decoding: try directory.read("spool/\(name)"), as: UTF8.self)
                #expect(!text.contains("s3cret") && !text.contains("authorization"))
            }
            let next = try exporter(url, secret) { $0.spool = spool }
            #expect(await next.export([.sample(points: 1)]).acceptedPoints == 6)
            #expect(server.requests.map { $0.headers["Content-Encoding"] } == ["gzip", "gzip", nil])
        }
    }
}
