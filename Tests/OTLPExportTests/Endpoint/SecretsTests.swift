import Foundation
import HTTPServer
import Metrics
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

/// No value of a header, no key and no token is ever shown, whatever goes wrong and whoever says it.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SecretsTests {
    private let secrets = ["t0ken-of-ours", "s3cret-key", "hunter2", "qu3ry-secret", "YTp0b3A=", "bWU6aHVudGVyMg=="]
    private let settings = [
        "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20t0ken-of-ours,api-key=s3cret-key,x-basic=Basic%20YTp0b3A="
    ]

    init() {
        prepareProcess()
    }

    private func expectNone(in outcome: ExportOutcome, _ location: SourceLocation = #_sourceLocation) {
        var dumped = ""
        dump(outcome, to: &dumped)
        for secret in secrets {
            #expect(!dumped.contains(secret), "\(dumped)", sourceLocation: location)
        }
        #expect(outcome.message != nil, sourceLocation: location)
    }

    private func exporter(port: Int, settings: [String: String]? = nil) throws -> OTLPHTTPExporter {
        // The credentials stand in the URL, too.
        let url = "http://me:hunter2@127.0.0.1:\(port)/v1/metrics?key=qu3ry-secret"
        let environment = (settings ?? self.settings).merging(["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": url]) { $1 }
        return try OTLPHTTPExporter(.sample(environment), version: "1", clock: ManualClock(), random: { 0.5 })
    }

    @Test func `not where a receiver quotes them`() async throws {
        let quote = secrets.joined(separator: " and ")
        var filler = String(repeating: "x", count: 290)
        filler += " t0ken-of-ours"
        var responses = [quote, filler].flatMap { text -> [HTTPResponse] in
            [
                HTTPResponse(status: 401, text: "no such key: \(text)"),
                HTTPResponse(status: 302, headers: ["Location": "http://x/?\(quote)", "Content-Type": "text/plain"]),
            ]
        }
        responses += [
            .failure(401, message: quote), .failure(503, message: quote, retryAfter: "100"),
            .partialSuccess(rejected: 1, message: quote), .partialSuccess(rejected: 0, message: quote),
        ]
        for response in responses {
            try await ScriptedServer.run([response]) { server, url in
                let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
                let outcome = try await exporter(port: port).export([.sample(points: 5)])
                expectNone(in: outcome)
                // They were sent, so they could have been shown.
                #expect(server.requests.first?.headers["api-key"] == "s3cret-key")
                #expect(server.requests.first?.query == "key=qu3ry-secret")
            }
        }
    }

    @Test func `not a part of one where a message is cut to its length`() {
        let text = String(repeating: "x", count: 290) + "t0ken-of-ours"
        let response = HTTPClient.Response(status: 401, contentType: "text/plain", body: Array(text.utf8))
        guard case .failure(let problem, .never) = ResponseClassification(response, hiding: Secrets(["t0ken-of-ours"]))
        else {
            Issue.record("a 401 is permanent")
            return
        }
        #expect(problem.reason.hasSuffix("x***"))
    }

    @Test func `not where the connection fails`() async throws {
        let answers: [FaultAnswer] = [
            .reset(after: .head), FaultAnswer(raw: "HTTP/1.1 2"), FaultAnswer(raw: "s3cret-key hunter2\r\n\r\n"),
            FaultAnswer(.accepted, length: 9, then: .close),
        ]
        for answer in answers {
            try await FaultServer.run(FaultScript(answers: [answer])) { server in
                expectNone(in: try await exporter(port: server.port).export([.sample(points: 5)]))
            }
        }
        expectNone(in: try await exporter(port: 1).export([.sample(points: 5)]))
    }

    @Test func `not where TLS or a proxy fails`() async throws {
        for proxy in [
            "http://me:hunter2@127.0.0.1:1", "socks5h://me:hunter2@127.0.0.1:1", "http://me:hunter2@proxy.invalid",
        ] {
            let environment = settings.merging([
                "OTEL_EXPORTER_OTLP_ENDPOINT": "https://me:hunter2@collector.invalid", "https_proxy": proxy,
                "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nonexistent",
            ]) { $1 }
            let exporter = try OTLPHTTPExporter(.sample(environment), version: "1", clock: ManualClock())
            expectNone(in: await exporter.export([.sample(points: 5)], isLast: true))
        }
    }

    @Test func `the contents of key files are not shown either`() async throws {
        let folder = try TemporaryDirectory()
        let key = folder.url.appending(path: "key.pem")
        try Data("-----BEGIN PRIVATE KEY-----\ns3cret-key\n-----END PRIVATE KEY-----\n".utf8).write(to: key)
        let certificates = try await Certificates.shared
        var settings = certificates.client("client")
        settings["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = key.plainPath
        try await FaultServer.run(FaultScript(tls: certificates.server(), answers: [.accepted])) { server in
            let exporter = try OTLPHTTPExporter.sample("https://localhost:\(server.port)", settings)
            let outcome = await exporter.export([.sample(points: 5)])
            #expect(outcome.failure == .transport)
            expectNone(in: outcome)
        }
    }

    @Test func `longer secrets go first, and short ones are words like any other`() {
        let secrets = Secrets(["abcd", "abcdef", "no"])
        #expect(secrets.hidden(in: "no abcdef abcd") == "no *** ***")
        #expect("\(secrets)" == "2 secrets")
        #expect(!String(reflecting: secrets).contains("abcd"))
    }
}
