import Foundation
import HTTPServer
import Metrics
import OTLP
import System
import TestSupport
import Testing

@testable import Configuration
@testable import OTLPExport
@testable import Pipeline

/// Ways to a receiver other than a connection to its address.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ProxyTests {
    private let metrics = [ResourceMetrics.sample(points: 5)]
    private let delivered = ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200)

    init() {
        prepareProcess()
    }

    private func proxy(_ environment: [String: String], for endpoint: String) throws -> ProxySettings {
        let reader = EnvironmentReader(environment.merging(["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint]) { $1 })
        return try ProxySettings(reader, for: OTLPEndpoint(reader))
    }

    // MARK: Settings

    @Test(arguments: [
        (["http_proxy": "http://a:1"], "http://c", "http://a:1/"),
        (["HTTP_PROXY": "http://a:1"], "http://c", "http://a:1/"),
        (["HTTP_PROXY": "http://b:1", "http_proxy": "http://a:1"], "http://c", "http://a:1/"),
        (["http_proxy": "http://a:1"], "https://c", "none"),
        (["https_proxy": "a:1"], "https://c", "http://a:1/"),
        (["HTTPS_PROXY": "https://a:1"], "https://c", "https://a:1/"),
        (["ALL_PROXY": "socks5h://a:1"], "https://c", "socks5h://a:1/"),
        (["all_proxy": "http://b:1", "https_proxy": "http://a:1"], "https://c", "http://a:1/"),
        (["http_proxy": " "], "http://c", "none"),
        (["http_proxy": "http://a:1", "NO_PROXY": "d,e"], "http://c", "http://a:1/, except for d,e"),
        (["http_proxy": "http://a:1", "NO_PROXY": " d ,,10.*"], "http://c", "http://a:1/, except for d"),
        (["http_proxy": "http://a:1", "NO_PROXY": "c,d"], "http://c", "none"),
        (["http_proxy": "http://a:1"], "http://localhost:4318", "none"),
        (["http_proxy": "http://a:1"], "http://127.0.0.2", "none"),
        (["http_proxy": "http://a:1"], "http://[::1]", "none"),
        (["http_proxy": "http://a:1"], "unix:///run/otel.sock", "none"),
        (["http_proxy": "http://me:hunter2@a:1"], "http://c", "http://a:1/"),
    ])
    func `the proxy is the one that the environment names`(
        environment: [String: String],
        endpoint: String,
        expected: String
    ) throws {
        let settings = try proxy(environment, for: endpoint)
        var dumped = ""
        dump(settings, to: &dumped)
        #expect("\(settings)" == expected)
        #expect(!dumped.contains("hunter2") && !String(reflecting: settings).contains("hunter2"))
    }

    @Test(arguments: ["ftp://me:hunter2@a", "http://me:hunter2@a:99999", "http://", "hunter2:1#@a"])
    func `what is no proxy is refused without its password, for going around one may be forbidden`(
        value: String
    ) throws {
        let error = #expect(throws: ConfigurationError.self) { try proxy(["http_proxy": value], for: "http://c") }
        let text = try #require(error).description
        #expect(text.hasPrefix("http_proxy="))
        #expect(text.contains("not a usable URL of a proxy"))
        #expect(!text.contains("hunter2"))
    }

    // MARK: Requests

    @Test(arguments: ["http_proxy", "HTTP_PROXY"])
    func `a request over HTTP is handed to the proxy`(variable: String) async throws {
        try await FaultServer.run(FaultScript(answers: [.accepted])) { server in
            let settings = [variable: "http://me:hunter2@127.0.0.1:\(server.port)"]
            let exporter = try OTLPHTTPExporter.sample("http://collector.invalid:4318", settings)
            #expect(await exporter.export(metrics) == delivered)
            let request = try #require(server.requests.first)
            #expect(request.target == "http://collector.invalid:4318/v1/metrics")
            #expect(request.headers?["proxy-authorization"] == "Basic bWU6aHVudGVyMg==")
            // What leaves the machine is compressed.
            let body = try Gzip.decompress([UInt8](request.body ?? Data()), limit: 1 << 20)
            #expect(body == ExportRequest.encode(metrics))
        }
    }

    @Test(arguments: ["0.0.0.0", "*", "0.0.0.0/8", "foo, 0.0.0.0 ,bar", "x,,0.0.0.0,"])
    func `an exception is reached directly`(exceptions: String) async throws {
        try await FaultServer.run(FaultScript(answers: [.accepted])) { proxy in
            try await FaultServer.run(FaultScript(answers: [.accepted])) { server in
                let settings = ["http_proxy": "http://127.0.0.1:\(proxy.port)", "NO_PROXY": exceptions]
                // An address of this machine that is no loopback address by its name.
                let exporter = try OTLPHTTPExporter.sample("http://0.0.0.0:\(server.port)", settings)
                #expect(await exporter.export(metrics) == delivered)
                #expect(server.requests.map(\.target) == ["/v1/metrics"])
            }
            #expect(proxy.connections == 0)
        }
    }

    @Test(arguments: ["*.invalid:1", "collector", "10.*", "llector.invalid", "x.collector.invalid"])
    func `what is no exception goes by the proxy`(exceptions: String) async throws {
        try await FaultServer.run(FaultScript(answers: [.accepted])) { server in
            let settings = ["http_proxy": "http://127.0.0.1:\(server.port)", "NO_PROXY": exceptions]
            let exporter = try OTLPHTTPExporter.sample("http://collector.invalid:4318", settings)
            #expect(await exporter.export(metrics) == delivered)
            #expect(server.requests.map(\.target) == ["http://collector.invalid:4318/v1/metrics"])
        }
    }

    @Test func `a request over TLS goes through a tunnel, and the proxy sees no header of it`() async throws {
        let certificates = try await Certificates.shared
        let open = FaultAnswer(raw: "HTTP/1.1 200 OK\r\nRetry-After: 100\r\n\r\n", then: .tunnel)
        let busy = FaultAnswer(.failure(503, message: ""))
        let script = FaultScript(tunnel: certificates.server(), answers: [open, busy, .accepted])
        try await FaultServer.run(script) { server in
            var settings = certificates.client()
            settings["HTTPS_PROXY"] = "http://127.0.0.1:\(server.port)"
            settings["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=s3cret"
            let clock = ManualClock()
            let exporter = try OTLPHTTPExporter.sample("https://collector.invalid", settings, clock: clock)
            let outcome = await exporter.export(metrics)
            #expect(outcome == ExportOutcome(acceptedPoints: 5, attempts: 2, status: 200))
            // The proxy's head is not the receiver's.
            #expect(clock.sleeps == [.seconds(1)])
            #expect(server.requests.map(\.method) == ["CONNECT", "POST", "POST"])
            #expect(server.requests.map(\.target) == ["collector.invalid:443", "/v1/metrics", "/v1/metrics"])
            #expect(server.requests.map { $0.headers?["api-key"] } == [nil, "s3cret", "s3cret"])
            #expect(server.requests.last?.tls?.serverName == "collector.invalid")
        }
    }

    @Test func `a proxy that refuses a tunnel is a failure of the way, which is tried again`() async throws {
        let certificates = try await Certificates.shared
        let refusal = FaultAnswer(HTTPResponse(status: 407, text: "who?"), then: .close)
        let script = FaultScript(tunnel: certificates.server(), answers: [refusal])
        try await FaultServer.run(script) { server in
            let settings = ["HTTPS_PROXY": "http://me:hunter2@127.0.0.1:\(server.port)"]
            let clock = ManualClock()
            let exporter = try OTLPHTTPExporter.sample("https://collector.invalid", settings, clock: clock)
            let outcome = await exporter.export(metrics)
            #expect(outcome.failure == .transport)
            #expect(outcome.droppedPoints == 5)
            #expect(outcome.message?.contains("407") == true)
            #expect(outcome.message?.contains("The proxy wants credentials") == true)
            #expect(outcome.message?.contains("hunter2") == false)
            #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
        }
    }

    @Test func `a socket that is not there is named, and no host and port that nobody has set`() async throws {
        let exporter = try OTLPHTTPExporter.sample("unix:///nonexistent/otel.sock")
        let message = await exporter.export(metrics, isLast: true).message ?? ""
        #expect(message.contains("unix:///nonexistent/otel.sock"))
        #expect(message.contains("listening on this socket"))
        #expect(!message.contains("localhost") && !message.contains("port 80"), "\(message)")
    }

    @Test func `a proxy that is not there is named`() async throws {
        let settings = ["http_proxy": "http://127.0.0.1:1"]
        let exporter = try OTLPHTTPExporter.sample("http://collector.invalid", settings)
        let outcome = await exporter.export(metrics, isLast: true)
        #expect(outcome.failure == .transport)
        #expect(outcome.message?.contains("127.0.0.1 port 1") == true)
        #expect(outcome.message?.contains("http_proxy") == true)
    }

    // MARK: Sockets

    @Test func `a receiver on a socket of this machine gets its request`() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.url.appending(path: "otel.sock").plainPath
        try await FaultServer.run(FaultScript(unix: path, answers: [.accepted])) { server in
            let exporter = try OTLPHTTPExporter.sample("unix://\(path)")
            for _ in 1...2 {
                #expect(await exporter.export(metrics) == delivered)
            }
            #expect(server.requests.map(\.target) == ["/v1/metrics", "/v1/metrics"])
            #expect(server.requests.map { $0.headers?["host"] } == ["localhost", "localhost"])
            #expect(server.connections == 1)
        }
    }

    @Test func `a socket that is not there is told by its path`() async throws {
        let exporter = try OTLPHTTPExporter.sample("unix:///nonexistent/otel.sock")
        let outcome = await exporter.export(metrics, isLast: true)
        #expect(outcome.failure == .transport)
        #expect(outcome.message?.contains("to unix:///nonexistent/otel.sock: ") == true)
        #expect(outcome.message?.contains("Is a Collector listening on this socket") == true)
    }
}
