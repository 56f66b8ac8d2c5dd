import HTTPServer
import Metrics
import OTLP
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

/// The queue with a spool, across restarts and with damaged files.
@Suite(.timeLimit(.minutes(1))) struct SpooledQueueTests: QueueTesting {
    let directory: TemporaryDirectory
    let rests = AsyncStream<Void>.makeStream()

    init() throws {
        prepareProcess()
        directory = try TemporaryDirectory()
    }

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
                outcome.warnings == [
                    "the spool \(spool) has 4 requests with 10 data points from an earlier process; they are sent first"
                ]
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
