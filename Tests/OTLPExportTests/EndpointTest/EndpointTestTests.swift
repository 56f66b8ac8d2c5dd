import Foundation
import HTTPServer
import Metrics
import OTLP
import System
import TestSupport
import Testing

@testable import OTLPExport

/// Trials of receivers, good, slow and bad.
@Suite(.serialized, .timeLimit(.minutes(2))) struct EndpointTestTests {
    init() {
        prepareProcess()
    }

    private func trial(
        _ endpoint: String,
        _ settings: [String: String] = [:],
        budget: Duration = .seconds(20)
    ) async throws -> EndpointTest {
        let environment = settings.merging(["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint]) { $1 }
        return try await EndpointTest(
            .sample(environment),
            version: "1.2.3",
            sample: [.sample(points: 1)],
            within: budget,
            retryPolicy: RetryPolicy(initial: .milliseconds(1))
        )
    }

    @Test(arguments: ["none", "gzip"])
    func `an empty export is sent as any other, and nothing in it`(compression: String) async throws {
        try await ScriptedServer.run([.accepted]) { server, url in
            let trial = try await trial(
                url,
                ["OTEL_EXPORTER_OTLP_COMPRESSION": compression, "OTEL_EXPORTER_OTLP_HEADERS": "api-key=abcd"]
            )
            #expect(trial.problem == nil)
            #expect(trial.status == 200)
            #expect(trial.transfer.reached == .answer)
            #expect(trial.transfer.address?.hasPrefix("127.0.0.1:") == true)
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1)
            #expect(request.headers["api-key"] == "abcd")
            #expect(request.headers["Content-Encoding"] == (compression == "gzip" ? "gzip" : nil))
            let body = compression == "gzip" ? try Gzip.decompress(request.body, limit: 100) : request.body
            #expect(body.isEmpty)
        }
    }

    @Test func `who may take it later is asked again, who refuses is not`() async throws {
        try await ScriptedServer.run([.failure(503, message: "full"), .accepted]) { server, url in
            let trial = try await trial(url)
            #expect(trial.problem == nil)
            #expect(server.requests.count == 2)
        }
        try await ScriptedServer.run([.failure(403, message: "no")]) { server, url in
            let trial = try await trial(url)
            #expect(trial.problem?.reason == "HTTP 403: no")
            #expect(trial.problem?.hint?.contains("OTEL_EXPORTER_OTLP_HEADERS") == true)
            #expect(trial.transfer.reached == .answer)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `who finds an empty export bad gets one that is not`() async throws {
        try await ScriptedServer.run([.failure(400, message: "empty"), .accepted]) { server, url in
            let trial = try await trial(url)
            #expect(trial.problem == nil)
            let request = try #require(server.requests.last)
            #expect(request.body == ExportRequest.encode([.sample(points: 1)]))
        }
        try await ScriptedServer.run([.failure(400, message: "no receiver")]) { server, url in
            let trial = try await trial(url)
            #expect(trial.problem?.reason == "HTTP 400: no receiver")
            #expect(server.requests.count == 2)
        }
    }

    @Test func `how far it came is told where it ended`() async throws {
        #expect(try await trial("http://collector.invalid").transfer.reached == nil)
        #expect(try await trial("http://127.0.0.1:1").transfer.reached == .name)
        let certificates = try await Certificates.shared
        try await FaultServer.run(FaultScript(tls: certificates.server(), answers: [.accepted])) { server in
            let url = "https://localhost:\(server.port)"
            #expect(try await trial(url, certificates.client(ca: "other-ca")).transfer.reached == .connection)
            #expect(try await trial(url, certificates.client(ca: "missing")).transfer.reached != .encryption)
            let trial = try await trial(url, certificates.client())
            #expect(trial.problem == nil)
            #expect(trial.transfer.encryption?.hasPrefix("TLSv1.3 / ") == true)
            let own = try Certificate.list(ofFile: certificates.certificate("server"))
            #expect(trial.transfer.certificates.first == own.first)
        }
        try await FaultServer.run(FaultScript(answers: [FaultAnswer(read: .request, then: .hang)])) { server in
            let trial = try await trial("http://127.0.0.1:\(server.port)", budget: .milliseconds(300))
            #expect(trial.transfer.reached == .connection)
            #expect(trial.problem?.reason.contains("timed out") == true)
        }
    }

    @Test(arguments: [-3600, 0, 3600])
    func `the receiver's clock is read from its answer`(offset: Int) async throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let date = formatter.string(from: Date() + Double(offset))
        let answer = HTTPResponse(status: 200, headers: ["Date": date])
        try await ScriptedServer.run([answer]) { _, url in
            let difference = try #require(try await trial(url).transfer.clockDifference)
            // The suite may be stopped for a while between the two readings.
            #expect(difference <= .seconds(offset) && difference > .seconds(offset - 60))
        }
        // One that does not say what time it is.
        try await FaultServer.run(FaultScript(answers: [.accepted])) { server in
            let trial = try await trial("http://127.0.0.1:\(server.port)")
            #expect(trial.transfer.reached == .answer)
            #expect(trial.transfer.clockDifference == nil)
        }
    }

    @Test func `files that hold no certificate are told without what they hold`() async throws {
        let certificates = try await Certificates.shared
        #expect(try Certificate.list(ofFile: certificates.certificate("ca")).count == 1)
        let now = Date()
        let expired = try #require(try Certificate.list(ofFile: certificates.certificate("expired")).first)
        #expect(expired.end < now)
        let good = try #require(try Certificate.list(ofFile: certificates.certificate("server")).first)
        #expect(good.start <= now && good.end > now && good.end < now + 3 * 86_400)
        let folder = try TemporaryDirectory()
        let both = folder.url.appending(path: "both.pem")
        let parts = try [certificates.key("ca"), certificates.certificate("ca"), certificates.certificate("server")].map
        {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
        try ("a remark\n" + parts.joined(separator: "\nanother\n")).write(to: both, atomically: true, encoding: .utf8)
        #expect(try Certificate.list(ofFile: both.plainPath).count == 2)
        for path in [certificates.key("ca"), "/nonexistent", "/dev/null", "/"] {
            #expect(throws: Certificate.Unreadable.self) { try Certificate.list(ofFile: path) }
        }
    }
}
