import Metrics
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

/// When a kept connection is not used any more, over real sockets.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ConnectionAgeTests {
    private let metrics = [ResourceMetrics.sample(points: 5)]

    init() {
        prepareProcess()
    }

    @Test func `a connection that was idle for longer than it may is not used again (conformance 53)`() async throws {
        try await FaultServer.run(FaultScript(answers: [.accepted])) { server in
            let environment = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(server.port)"]
            var configuration = try OTLPConfiguration.sample(environment)
            configuration.longestIdle = .seconds(1)
            let exporter = try OTLPHTTPExporter(configuration, version: "1")
            for pause in [0, 0, 2500] {
                try await Task.sleep(for: .milliseconds(pause))
                #expect(await exporter.export(metrics).isSuccess)
            }
            #expect(server.requests.map(\.connection) == [1, 1, 2])
        }
    }

    @Test(arguments: [false, true])
    func `a connection that is always busy does not last for ever, over HTTP/2 as well`(isEncrypted: Bool) async throws
    {
        let certificates = try await Certificates.shared
        let script =
            isEncrypted
            ? FaultScript(tls: certificates.server(alpn: ["h2"]), answers: [FaultAnswer()])
            : FaultScript(answers: [.accepted])
        try await FaultServer.run(script) { server in
            var environment = isEncrypted ? certificates.client() : [:]
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] =
                isEncrypted ? "https://localhost:\(server.port)" : "http://127.0.0.1:\(server.port)"
            var configuration = try OTLPConfiguration.sample(environment)
            configuration.longestLife = .seconds(1)
            let exporter = try OTLPHTTPExporter(configuration, version: "1")
            let clock = ContinuousClock()
            let end = clock.now.advanced(by: .seconds(7))
            while clock.now < end {
                #expect(await exporter.export(metrics).isSuccess)
                try await Task.sleep(for: .milliseconds(100))
            }
            // libcurl counts whole seconds, so each connection lives for less than two.
            #expect((3...7).contains(server.connections), "\(server.connections)")
            let used = Dictionary(grouping: server.requests, by: \.connection)
            #expect(used.values.allSatisfy { $0.count <= 21 } && used.values.contains { $0.count > 4 })
        }
    }

    @Test func `the limit of a connection's age is a minute unless a test says so`() throws {
        #expect(try OTLPConfiguration.sample([:]).longestLife == .seconds(60))
    }
}
