import Foundation
import HTTPServer
import Metrics
import OTLP
import System
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

/// Faults of receivers and the network, over real sockets and with a clock that stands still.
@Suite(.serialized, .timeLimit(.minutes(2))) struct FaultTests {
    private let metrics = [ResourceMetrics.sample(points: 5)]

    init() {
        prepareProcess()
    }

    /// Exports once to a receiver with these `answers`, and checks both sides.
    private func export(
        _ answers: FaultAnswer...,
        timeout: String = "10000",
        check: (_ outcome: ExportOutcome, _ server: FaultServer, _ waits: [Duration]) throws -> Void
    ) async throws {
        try await FaultServer.run(FaultScript(answers: answers)) { server in
            let clock = ManualClock()
            let settings = ["OTEL_EXPORTER_OTLP_TIMEOUT": timeout]
            let exporter = try OTLPHTTPExporter.sample("http://127.0.0.1:\(server.port)", settings, clock: clock)
            try check(await exporter.export(metrics), server, clock.sleeps)
        }
    }

    private func expectOnce(_ server: FaultServer) {
        #expect(server.requests.map(\.body) == [Data(ExportRequest.encode(metrics))])
    }

    // MARK: The connection breaks

    @Test func `a reset in the middle of the request is retried, and the data arrive once (conformance 61)`()
        async throws
    {
        try await export(.reset(after: .body(100)), .accepted) { outcome, server, waits in
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 2, status: 200))
            #expect(waits == [.seconds(1)])
            expectOnce(server)
        }
    }

    @Test(arguments: [FaultAnswer.Then.close, .reset])
    func `a connection that ends without an answer is retried (conformance 61)`(then: FaultAnswer.Then) async throws {
        try await export(FaultAnswer(then: then), FaultAnswer(then: then), .accepted) { outcome, server, waits in
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 3, status: 200))
            #expect(waits == [.seconds(1), .seconds(2)])
            // It can't be known that the first two had arrived (OTLP specification, "Duplicate Data").
            #expect(server.requests.count == 3)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\n", "HTTP/1.", "HTTP/1.1 100 Continue\r\n\r\n",
    ])
    func `half a head is no answer`(head: String) async throws {
        try await export(FaultAnswer(raw: head), .accepted) { outcome, server, _ in
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 2, status: 200))
            #expect(server.requests.count == 2)
        }
    }

    @Test(arguments: [FaultAnswer.Then.close, .reset])
    func `half a body is an answer: what was taken is not sent again`(then: FaultAnswer.Then) async throws {
        let partial = HTTPResponse.partialSuccess(rejected: 2, message: "too old")
        try await export(FaultAnswer(partial, length: 100, then: then)) { outcome, server, waits in
            #expect((outcome.acceptedPoints, outcome.attempts, outcome.status) == (5, 1, 200))
            #expect(outcome.message?.contains("its answer broke off") == true)
            #expect(waits.isEmpty)
            expectOnce(server)
        }
    }

    @Test func `half the body of a failure leaves its status`() async throws {
        let busy = FaultAnswer(.failure(503, message: "busy", retryAfter: "3"), length: 100, then: .close)
        let bad = FaultAnswer(.failure(400, message: "bad"), length: 100, then: .close)
        try await export(busy, bad) { outcome, server, waits in
            // Up to half more, by chance; the test's chance is one half.
            #expect(waits == [.milliseconds(3750)])
            #expect(outcome.failure == .status(400))
            #expect((outcome.droppedPoints, outcome.attempts) == (5, 2))
            #expect(server.requests.count == 2)
        }
    }

    @Test(arguments: [FaultAnswer.Then.close, .reset])
    func `an idle connection that ended between two exports costs nothing`(then: FaultAnswer.Then) async throws {
        try await FaultServer.run(FaultScript(answers: [FaultAnswer(.accepted, then: then), .accepted])) { server in
            let clock = ManualClock()
            let exporter = try OTLPHTTPExporter.sample("http://127.0.0.1:\(server.port)", clock: clock)
            for _ in 1...2 {
                #expect(await exporter.export(metrics) == ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200))
            }
            #expect(clock.sleeps.isEmpty)
            #expect(server.connections == 2)
            #expect(server.requests.count == 2)
        }
    }

    @Test func `a kept connection that ends in the very moment of the next export costs nothing`() async throws {
        let answers = [FaultAnswer.accepted, .reset(after: .head), .accepted]
        try await FaultServer.run(FaultScript(answers: answers)) { server in
            let clock = ManualClock()
            let exporter = try OTLPHTTPExporter.sample("http://127.0.0.1:\(server.port)", clock: clock)
            for _ in 1...2 {
                #expect(await exporter.export(metrics).isSuccess)
            }
            #expect(clock.sleeps.isEmpty)
            #expect(server.connections == 2)
            #expect(server.requests.count == 2)
        }
    }

    // MARK: The answer is slow, large or strange

    @Test func `slow headers end with the timeout`() async throws {
        var slow = FaultAnswer.accepted
        slow.pause = 0.1
        try await export(slow, timeout: "300") { outcome, server, _ in
            #expect(outcome.failure == .timeout)
            #expect((outcome.droppedPoints, outcome.attempts) == (5, 1))
            expectOnce(server)
        }
    }

    @Test func `headers that are slow but in time are an answer`() async throws {
        var slow = FaultAnswer.accepted
        slow.pause = 0.001
        try await export(slow) { outcome, server, _ in
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200))
            expectOnce(server)
        }
    }

    @Test func `a body that does not end within the timeout leaves the status`() async throws {
        try await export(FaultAnswer(.accepted, length: 100, then: .hang), timeout: "300") { outcome, server, _ in
            #expect(outcome.isSuccess)
            #expect(outcome.message?.contains("its answer broke off") == true)
            expectOnce(server)
        }
    }

    @Test(arguments: [200, 500, 503])
    func `a page of 5 MiB is refused and not retried (conformance 55)`(status: Int) async throws {
        var page = FaultAnswer(HTTPResponse(status: status), length: 5 << 20)
        page.fill = 5 << 20
        try await export(page) { outcome, server, waits in
            #expect(outcome.failure == .tooLarge)
            #expect((outcome.droppedPoints, outcome.attempts) == (5, 1))
            #expect(outcome.message?.contains("larger than 4194304 bytes") == true)
            #expect(waits.isEmpty)
            expectOnce(server)
        }
    }

    @Test(arguments: [200, 503])
    func `a gzip bomb is refused as soon as it is larger than allowed (conformance 55)`(status: Int) async throws {
        let bomb = try Gzip.compress([UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 400_000)
        let response = HTTPResponse(status: status, headers: ["Content-Encoding": "gzip"], body: bomb)
        try await export(FaultAnswer(response)) { outcome, server, _ in
            #expect(outcome.failure == .tooLarge)
            #expect(outcome.attempts == 1)
            expectOnce(server)
        }
    }

    @Test func `a body that is not the gzip it claims to be leaves the status`() async throws {
        let response = HTTPResponse(status: 200, headers: ["Content-Encoding": "gzip"], body: Array("no gzip".utf8))
        try await export(FaultAnswer(response)) { outcome, server, _ in
            #expect((outcome.acceptedPoints, outcome.attempts, outcome.status) == (5, 1, 200))
            expectOnce(server)
        }
    }

    @Test func `a head without end is refused`() async throws {
        let head =
            "HTTP/1.1 200 OK\r\n"
            + String(repeating: "X-Padding: \(String(repeating: "x", count: 500))\r\n", count: 400)
        try await export(FaultAnswer(raw: head)) { outcome, server, _ in
            #expect(outcome.failure == .tooLarge)
            #expect(outcome.message?.contains("the head of the response is larger than") == true)
            expectOnce(server)
        }
    }

    @Test func `what is no HTTP is no answer`() async throws {
        try await export(FaultAnswer(raw: "SSH-2.0-OpenSSH_9.2\r\n")) { outcome, server, _ in
            #expect(outcome.failure == .transport)
            #expect(outcome.droppedPoints == 5)
            expectOnce(server)
        }
    }

    @Test(arguments: ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n"])
    func `interim answers are not the answer`(interim: String) async throws {
        var busy = FaultAnswer(.failure(503, message: "busy"))
        busy.send = Data(interim.utf8) + busy.send
        try await export(busy, .accepted) { outcome, _, waits in
            #expect(outcome.isSuccess)
            #expect(waits == [.seconds(1)])
        }
    }

    @Test(arguments: ["text/html", "application/json", "application/octet-stream"])
    func `a success in another content type is a success (conformance 56)`(type: String) async throws {
        let response = HTTPResponse(status: 200, headers: ["Content-Type": type], body: Array("<p>\0".utf8))
        try await export(FaultAnswer(response)) { outcome, server, _ in
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200))
            expectOnce(server)
        }
    }

    @Test func `a failure in another content type is told without its page (conformance 58)`() async throws {
        let page = HTTPResponse(status: 500, headers: ["Content-Type": "text/html"], body: Array("<p>Sorry".utf8))
        try await export(FaultAnswer(page)) { outcome, server, _ in
            #expect(outcome.failure == .status(500))
            #expect(outcome.message?.hasSuffix("/v1/metrics: HTTP 500") == true)
            expectOnce(server)
        }
    }

    // MARK: Statuses

    @Test(arguments: [429, 502, 503, 504])
    func `the retryable four are retried with growing waits (conformance 59)`(status: Int) async throws {
        let busy = FaultAnswer(.failure(status, message: "busy"))
        try await export(busy, busy, .accepted) { outcome, server, waits in
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 3, status: 200))
            #expect(waits == [.seconds(1), .seconds(2)])
            // The same connection, because a refusal is no reason to close it.
            #expect(server.connections == 1)
        }
    }

    @Test(arguments: [400, 401, 402, 403, 404, 405, 408, 414, 415, 431, 500, 501, 505, 599])
    func `all other failures drop the data at once and say what the receiver says (conformance 58, 59, 64)`(
        status: Int
    ) async throws {
        try await export(FaultAnswer(.failure(status, message: "no", retryAfter: "1"))) { outcome, server, waits in
            #expect(outcome.failure == .status(status))
            #expect((outcome.droppedPoints, outcome.attempts, outcome.status) == (5, 1, status))
            #expect(outcome.message?.contains("HTTP \(status): no") == true)
            #expect(waits.isEmpty)
            expectOnce(server)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed, so no header can be stolen (conformance 63)`(status: Int) async throws {
        try await FaultServer.run(FaultScript(answers: [.accepted])) { thief in
            let location = "http://127.0.0.1:\(thief.port)/v1/metrics"
            let redirect = FaultAnswer(HTTPResponse(status: status, headers: ["Location": location]))
            try await FaultServer.run(FaultScript(answers: [redirect])) { server in
                let settings = ["OTEL_EXPORTER_OTLP_HEADERS": "api-key=s3cret"]
                let exporter = try OTLPHTTPExporter.sample("http://127.0.0.1:\(server.port)", settings)
                let outcome = await exporter.export(metrics)
                #expect(outcome.failure == .status(status))
                #expect(outcome.droppedPoints == 5)
                #expect(outcome.message?.contains("Redirects are not followed") == true)
                #expect(server.requests.map { $0.headers?["api-key"] } == ["s3cret"])
            }
            #expect(thief.connections == 0)
        }
    }
}
