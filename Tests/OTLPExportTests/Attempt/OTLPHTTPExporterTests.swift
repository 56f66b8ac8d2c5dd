import HTTPServer
import Metrics
import OTLP
import Synchronization
import System
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

/// The exporter against a real server on loopback.
@Suite(.timeLimit(.minutes(1))) struct OTLPHTTPExporterTests {
    private let metrics = [ResourceMetrics.sample(points: 5)]

    init() {
        prepareProcess()
    }

    private func exporter(
        _ url: String,
        _ settings: [String: String] = [:],
        clock: ManualClock = ManualClock()
    ) throws -> OTLPHTTPExporter {
        try .sample(url, settings, clock: clock)
    }

    // MARK: The request

    @Test func `a request is what the specification says (conformance 48, 52, 54)`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let outcome = try await exporter(url).export(metrics)
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200))
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1)
            #expect(request.method == "POST")
            #expect(request.path == "/v1/metrics")
            #expect(request.headers["Content-Type"] == "application/x-protobuf")
            #expect(request.headers["Content-Encoding"] == nil)
            #expect(request.headers["User-Agent"] == "tcplens/1.2.3 OTel-OTLP-Exporter-Swift/1.2.3")
            #expect(request.body == ExportRequest.encode(metrics))
        }
    }

    @Test func `the user's headers are sent`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let headers = "Authorization=Basic%20YTpi=,X-Empty="
            _ = try await exporter(url, ["OTEL_EXPORTER_OTLP_HEADERS": headers]).export(metrics)
            #expect(server.requests.first?.headers["authorization"] == "Basic YTpi=")
            #expect(server.requests.first?.headers["x-empty"] == "")
        }
    }

    @Test func `a compressed body decompresses to the request (conformance 49)`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            _ = try await exporter(url, ["OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"]).export(metrics)
            let request = try #require(server.requests.first)
            #expect(request.headers["Content-Encoding"] == "gzip")
            #expect(try Gzip.decompress(request.body, limit: 100_000) == ExportRequest.encode(metrics))
        }
    }

    @Test func `a large body is sent without asking first`() async throws {
        let large = [ResourceMetrics.sample(points: 1, description: String(repeating: "x", count: 2 << 20))]
        try await ScriptedServer.run([.accepted]) { server, url in
            let outcome = try await exporter(url).export(large)
            #expect(outcome.isSuccess)
            #expect(server.requests.first?.headers["Expect"] == nil)
            #expect(try #require(server.requests.first).body.count > 2 << 20)
        }
    }

    @Test func `without points nothing is sent (conformance 51)`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let outcome = try await exporter(url).export([.sample(points: 0)])
            #expect(outcome == ExportOutcome())
            #expect(server.requests.isEmpty)
        }
    }

    // MARK: The connection

    @Test func `an IPv6 endpoint works`() async throws {
        try await ScriptedServer.run([.accepted], host: "::1") { server, url in
            let outcome = try await exporter(url).export(metrics)
            #expect(outcome.isSuccess)
            #expect(server.requests.first?.peer?.hasPrefix("[::1]:") == true)
        }
    }

    @Test func `exports share one connection (conformance 53)`() async throws {
        try await ScriptedServer.run([.accepted, .failure(503, message: ""), .accepted]) { server, url in
            let exporter = try exporter(url)
            for _ in 1...3 {
                #expect(await exporter.export(metrics).isSuccess)
            }
            #expect(server.requests.count == 4)
            #expect(Set(server.requests.map(\.peer)).count == 1)
        }
    }

    @Test func `a connection that was closed between two exports costs nothing`() async throws {
        let listener = try await HTTPServer(host: "127.0.0.1", port: 0)
        await listener.close()
        let exporter = try exporter("http://127.0.0.1:\(listener.port)")
        for _ in 1...2 {
            // The end of the server closes the connection.
            try await ScriptedServer.run([.accepted], port: listener.port) { server, _ in
                let outcome = await exporter.export(metrics)
                #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200))
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func `the last export is tried once (conformance 73)`() async throws {
        let outcome = try await exporter("http://127.0.0.1:1").export(metrics, isLast: true)
        #expect(outcome.attempts == 1)
        #expect(outcome.failure == .transport)
        #expect(outcome.droppedPoints == 5)
    }

    @Test func `a refused connection is retried until the time is up, and says what to do (conformance 61)`()
        async throws
    {
        let listener = try await HTTPServer(host: "127.0.0.1", port: 0)
        await listener.close()
        let clock = ManualClock()
        let exporter = try exporter("http://u:hunter2@127.0.0.1:\(listener.port)", clock: clock)
        let outcome = await exporter.export(metrics)
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
        #expect(outcome.failure == .transport)
        #expect(outcome.droppedPoints == 5)
        #expect(outcome.attempts == 4)
        #expect(outcome.status == nil)
        let message = try #require(outcome.message)
        #expect(message.hasPrefix("cannot export 5 data points to http://127.0.0.1:\(listener.port)/v1/metrics: "))
        #expect(message.contains("(4 attempts in 7 s). Is a Collector listening there?"))
        #expect(message.contains("OTEL_EXPORTER_OTLP_ENDPOINT"))
        #expect(!message.contains("hunter2"))
    }

    @Test func `TLS with a receiver that speaks none says so`() async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let secure = url.replacing("http:", with: "https:")
            let outcome = try await exporter(secure).export(metrics)
            #expect(outcome.failure == .transport)
            #expect(outcome.message?.contains("Does the receiver speak TLS") == true)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `a certificate file that is missing is no reason to try again`() async throws {
        try await ScriptedServer.run([.accepted]) { _, url in
            let secure = url.replacing("http:", with: "https:")
            let settings = ["OTEL_EXPORTER_OTLP_CERTIFICATE": "/nonexistent/ca.pem"]
            let outcome = try await exporter(secure, settings).export(metrics)
            #expect(outcome.attempts == 1)
            #expect(outcome.message?.contains("OTEL_EXPORTER_OTLP_CERTIFICATE") == true)
        }
    }

    // MARK: The response

    @Test func `a success in plain text is a success (conformance 56)`() async throws {
        try await ScriptedServer.run([HTTPResponse(status: 200, text: "OK")]) { _, url in
            let outcome = try await exporter(url).export(metrics)
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200))
        }
    }

    @Test func `a partial success is counted and not retried (conformance 57)`() async throws {
        try await ScriptedServer.run([.partialSuccess(rejected: 2, message: "too old")]) { server, url in
            let outcome = try await exporter(url).export(metrics)
            #expect((outcome.acceptedPoints, outcome.rejectedPoints, outcome.droppedPoints) == (3, 2, 0))
            #expect(outcome.failure == .rejected)
            #expect(outcome.message == "\(url)/v1/metrics rejected 2 of 5 data points: too old")
            #expect(server.requests.count == 1)
        }
    }

    @Test func `no more points can be rejected than were sent`() async throws {
        try await ScriptedServer.run([.partialSuccess(rejected: 100, message: "")]) { _, url in
            let outcome = try await exporter(url).export(metrics)
            #expect((outcome.acceptedPoints, outcome.rejectedPoints) == (0, 5))
        }
    }

    @Test func `a warning of the receiver is passed on`() async throws {
        try await ScriptedServer.run([.partialSuccess(rejected: 0, message: "slow down")]) { _, url in
            let outcome = try await exporter(url).export(metrics)
            #expect(outcome.isSuccess && outcome.acceptedPoints == 5)
            #expect(outcome.message?.hasSuffix("with a warning: slow down") == true)
        }
    }

    @Test(arguments: [400, 401, 404, 408, 500])
    func `a permanent failure is not retried (conformance 59, 64)`(status: Int) async throws {
        try await ScriptedServer.run([.failure(status, message: "bad data")]) { server, url in
            let outcome = try await exporter(url).export(metrics)
            #expect(server.requests.count == 1)
            #expect(outcome.failure == .status(status))
            #expect(outcome.status == status)
            #expect(outcome.droppedPoints == 5)
            #expect(outcome.message?.contains("/v1/metrics: HTTP \(status): bad data") == true)
        }
    }

    @Test func `a redirect is not followed (conformance 63)`() async throws {
        try await ScriptedServer.run([.accepted]) { other, otherURL in
            for status in [301, 302, 303, 307, 308] {
                let redirect = HTTPResponse(status: status, headers: ["Location": otherURL])
                try await ScriptedServer.run([redirect]) { server, url in
                    let settings = ["OTEL_EXPORTER_OTLP_HEADERS": "api-key=s3cret"]
                    let outcome = try await exporter(url, settings).export(metrics)
                    #expect(outcome.failure == .status(status))
                    #expect(server.requests.count == 1)
                }
            }
            #expect(other.requests.isEmpty)
        }
    }

    @Test(arguments: [200, 503])
    func `a response over the limit is refused and not retried (conformance 55)`(status: Int) async throws {
        let page = [UInt8](repeating: 0x20, count: 5 << 20)
        let bomb = try HTTPResponse(status: status, headers: ["Content-Encoding": "gzip"], body: Gzip.compress(page))
        for response in [HTTPResponse(status: status, body: page), bomb] {
            try await ScriptedServer.run([response]) { server, url in
                let outcome = try await exporter(url).export(metrics)
                #expect(outcome.failure == .tooLarge)
                #expect(outcome.message?.contains("larger than 4194304 bytes") == true)
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func `a compressed response is understood`() async throws {
        var response = HTTPResponse.partialSuccess(rejected: 2, message: "too old")
        response.headers = ["Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"]
        response.body = try Gzip.compress(response.body)
        try await ScriptedServer.run([response]) { _, url in
            let outcome = try await exporter(url).export(metrics)
            #expect(outcome.rejectedPoints == 2)
        }
    }
}
