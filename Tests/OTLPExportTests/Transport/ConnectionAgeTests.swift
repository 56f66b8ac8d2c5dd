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
            let clock = ContinuousClock()
            // While many tests run, an export may take seconds, and so may the time between two.
            let limit = clock.now + .seconds(60)
            var wasUsedAgain = false
            while !wasUsedAgain, clock.now < limit {
                let begin = clock.now
                for _ in 0..<2 { #expect(await exporter.export(metrics).isSuccess) }
                guard begin.duration(to: clock.now) < configuration.longestIdle else { continue }
                wasUsedAgain = true
                let last = try #require(server.requests.last?.connection)
                #expect(server.requests.suffix(2).map(\.connection) == [last, last])
            }
            #expect(wasUsedAgain)
            let last = try #require(server.requests.last?.connection)
            try await Task.sleep(for: .milliseconds(2500))
            #expect(await exporter.export(metrics).isSuccess)
            #expect(server.requests.last?.connection == last + 1)
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
            let start = clock.now
            // When each connection was first used at the latest, and last used at the earliest.
            var uses: [Int: (first: ContinuousClock.Instant, last: ContinuousClock.Instant, count: Int)] = [:]
            var isEnough: Bool { uses.count >= 3 && uses.values.contains { $0.count > 1 } }
            // While many tests run, an export may take seconds.
            while start.duration(to: clock.now) < .seconds(isEnough ? 7 : 60) {
                let (known, begin) = (server.requests.count, clock.now)
                #expect(await exporter.export(metrics).isSuccess)
                for request in server.requests[known...] {
                    let number = try #require(request.connection)
                    let use = uses[number] ?? (clock.now, begin, 0)
                    uses[number] = (use.first, begin, use.count + 1)
                }
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(isEnough, "\(uses)")
            // libcurl counts whole seconds, so each connection lives for less than two.
            #expect(uses.values.allSatisfy { $0.first.duration(to: $0.last) < .seconds(2) }, "\(uses)")
        }
    }

    @Test func `the limit of a connection's age is a minute unless a test says so`() throws {
        #expect(try OTLPConfiguration.sample([:]).longestLife == .seconds(60))
    }
}
