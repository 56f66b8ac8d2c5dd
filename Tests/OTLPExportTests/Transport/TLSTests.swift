import Foundation
import Metrics
import OTLP
import TestSupport
import Testing

@testable import OTLPExport
@testable import Pipeline

/// TLS with receivers that are right, wrong and demanding.
@Suite(.serialized, .timeLimit(.minutes(2))) struct TLSTests {
    private let metrics = [ResourceMetrics.sample(points: 5)]
    private let delivered = ExportOutcome(acceptedPoints: 5, attempts: 1, status: 200)

    init() {
        prepareProcess()
    }

    /// Exports once over TLS, and looks at what both sides have to say.
    private func export(
        to tls: FaultScript.TLS,
        host: String = "localhost",
        _ settings: [String: String],
        check: (_ outcome: ExportOutcome, _ server: FaultServer) throws -> Void
    ) async throws {
        try await FaultServer.run(FaultScript(tls: tls, answers: [.accepted])) { server in
            let exporter = try OTLPHTTPExporter.sample("https://\(host):\(server.port)", settings)
            try check(await exporter.export(metrics), server)
        }
    }

    /// Checks that nothing was sent, that nothing was tried twice, and what is said.
    private func expectRefusal(_ outcome: ExportOutcome, _ server: FaultServer, says words: String..., hint: String) {
        #expect(outcome.failure == .transport)
        #expect((outcome.droppedPoints, outcome.attempts) == (5, 1))
        let message = outcome.message ?? ""
        #expect(message.hasPrefix("cannot export 5 data points to https://"))
        #expect(words.contains { message.contains($0) }, "\(message)")
        #expect(message.contains(hint), "\(message)")
        #expect(server.requests.isEmpty)
    }

    // MARK: The receiver's certificate

    @Test func `a certificate of a given authority is trusted, and the name of the host is sent (conformance 13)`()
        async throws
    {
        let certificates = try await Certificates.shared
        try await export(to: certificates.server(), certificates.client()) { outcome, server in
            #expect(outcome == delivered)
            let request = try #require(server.requests.first)
            #expect(request.body == Data(ExportRequest.encode(metrics)))
            #expect(request.tls?.serverName == "localhost")
            #expect(request.tls?.version == "TLSv1.3")
            #expect(request.protocol == "HTTP/1.1")
        }
    }

    @Test func `a certificate may be that of an address`() async throws {
        let certificates = try await Certificates.shared
        try await export(to: certificates.server(), host: "127.0.0.1", certificates.client()) { outcome, server in
            #expect(outcome == delivered)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `an unknown authority is refused`() async throws {
        let certificates = try await Certificates.shared
        try await export(to: certificates.server("unknown"), certificates.client()) { outcome, server in
            let hint = "Set OTEL_EXPORTER_OTLP_CERTIFICATE to"
            expectRefusal(outcome, server, says: "unable to get local issuer certificate", hint: hint)
        }
    }

    @Test func `the system's authorities do not know ours`() async throws {
        let certificates = try await Certificates.shared
        try await export(to: certificates.server(), [:]) { outcome, server in
            let hint = "Set OTEL_EXPORTER_OTLP_CERTIFICATE to"
            expectRefusal(outcome, server, says: "unable to get local issuer certificate", hint: hint)
        }
    }

    @Test func `the certificate of another host is refused`() async throws {
        let certificates = try await Certificates.shared
        try await export(to: certificates.server("wrong-host"), certificates.client()) { outcome, server in
            let hint =
                "Set the endpoint (OTEL_EXPORTER_OTLP_ENDPOINT) to a name in the receiver's certificate"
            expectRefusal(
                outcome,
                server,
                says: "no alternative certificate subject name",
                "does not match",
                hint: hint
            )
        }
    }

    @Test func `an expired certificate is refused`() async throws {
        let certificates = try await Certificates.shared
        try await export(to: certificates.server("expired"), certificates.client()) { outcome, server in
            expectRefusal(outcome, server, says: "certificate has expired", hint: "must be renewed")
        }
    }

    @Test func `TLS 1.2 is good enough, TLS 1.1 is not`() async throws {
        let certificates = try await Certificates.shared
        let good = certificates.server(maximumVersion: "TLSv1_2")
        try await export(to: good, certificates.client()) { outcome, server in
            #expect(outcome == delivered)
            #expect(server.requests.first?.tls?.version == "TLSv1.2")
        }
        let bad = certificates.server(maximumVersion: "TLSv1_1")
        try await export(to: bad, certificates.client()) { outcome, server in
            #expect(outcome.failure == .transport)
            #expect(outcome.droppedPoints == 5)
            #expect(server.requests.isEmpty)
            #expect(server.events.contains { $0.event == "refused" })
        }
    }

    // MARK: Our certificate

    @Test(arguments: ["TLSv1_2", "TLSv1_3"])
    func `a receiver that wants a certificate gets it (conformance 14, 15)`(version: String) async throws {
        let certificates = try await Certificates.shared
        let strict = certificates.server(clientCA: "ca", maximumVersion: version)
        try await export(to: strict, certificates.client("client")) { outcome, server in
            #expect(outcome == delivered)
            #expect(server.requests.map { $0.tls?.client } == ["client"])
        }
    }

    @Test(arguments: ["TLSv1_2", "TLSv1_3"], [nil, "unknown"])
    func `without the certificate that the receiver wants nothing arrives, and that is said`(
        version: String,
        shown: String?
    ) async throws {
        let certificates = try await Certificates.shared
        let strict = certificates.server(clientCA: "ca", maximumVersion: version)
        try await export(to: strict, certificates.client(shown)) { outcome, server in
            #expect(outcome.failure == .transport)
            #expect(outcome.droppedPoints == 5)
            #expect(server.requests.isEmpty)
            #expect(server.events.contains { $0.event == "refused" })
            // The old version tells no more than that the handshake failed.
            if version == "TLSv1_3" {
                #expect(outcome.message?.contains("The receiver wants a client certificate that it trusts") == true)
            }
        }
    }

    @Test(arguments: [(FaultAnswer.reset(after: .head), true), (FaultAnswer(raw: "HTTP/1.1 200 OK\r\nX: "), false)])
    func `a receiver that hangs up without a word may want a certificate`(answer: FaultAnswer, isMute: Bool)
        async throws
    {
        let certificates = try await Certificates.shared
        // What it thinks of ours it tells after the handshake, and the end of the connection may be faster than these
        // words.
        try await FaultServer.run(FaultScript(tls: certificates.server(), answers: [answer])) { server in
            let exporter = try OTLPHTTPExporter.sample("https://localhost:\(server.port)", certificates.client())
            let message = await exporter.export(metrics).message ?? ""
            #expect(message.contains("closed the connection right after the TLS handshake") == isMute, "\(message)")
            #expect(message.contains("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE") == isMute, "\(message)")
        }
    }

    @Test func `a key that belongs to another certificate is said to be wrong`() async throws {
        let certificates = try await Certificates.shared
        var settings = certificates.client("client")
        settings["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = certificates.key("second-client")
        try await export(to: certificates.server(clientCA: "ca"), settings) { outcome, server in
            let hint = "Check OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY"
            expectRefusal(outcome, server, says: "private key", hint: hint)
        }
    }

    @Test func `a key with a passphrase is said to have one`() async throws {
        let certificates = try await Certificates.shared
        try await export(to: certificates.server(clientCA: "ca"), certificates.client("locked-client")) {
            outcome,
            server in
            expectRefusal(outcome, server, says: "private key", hint: "The client key has a passphrase")
        }
    }

    // MARK: Files that change

    /// A folder with copies of files that can be exchanged as Kubernetes and certbot do: at once.
    private struct Exchangeable {
        let folder: TemporaryDirectory

        init() throws {
            folder = try TemporaryDirectory()
        }

        func path(_ name: String) -> String { folder.url.appending(path: name).plainPath }

        func put(_ source: String, as name: String) throws {
            let new = path(name + ".new")
            try FileManager.default.copyItem(atPath: source, toPath: new)
            let result = unsafe rename(new, path(name))
            #expect(result == 0)
        }
    }

    @Test func `a renewed client certificate is shown from the next export on, by a new connection`() async throws {
        let certificates = try await Certificates.shared
        let files = try Exchangeable()
        func show(_ name: String) throws {
            try files.put(certificates.certificate(name), as: "shown.pem")
            try files.put(certificates.key(name), as: "shown.key")
        }
        try show("client")
        let settings = [
            "OTEL_EXPORTER_OTLP_CERTIFICATE": certificates.certificate("ca"),
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": files.path("shown.pem"),
            "OTEL_EXPORTER_OTLP_CLIENT_KEY": files.path("shown.key"),
        ]
        let script = FaultScript(tls: certificates.server(clientCA: "ca"), answers: [.accepted])
        try await FaultServer.run(script) { server in
            let exporter = try OTLPHTTPExporter.sample("https://localhost:\(server.port)", settings)
            for _ in 1...2 {
                #expect(await exporter.export(metrics) == delivered)
            }
            try show("second-client")
            for _ in 1...2 {
                #expect(await exporter.export(metrics) == delivered)
            }
            #expect(server.requests.map { $0.tls?.client } == ["client", "client", "second-client", "second-client"])
            #expect(server.requests.map(\.connection) == [1, 1, 2, 2])
        }
    }

    @Test func `authorities that change count from the next export on, in both directions`() async throws {
        let certificates = try await Certificates.shared
        let files = try Exchangeable()
        try files.put(certificates.certificate("ca"), as: "trusted.pem")
        let settings = ["OTEL_EXPORTER_OTLP_CERTIFICATE": files.path("trusted.pem")]
        try await FaultServer.run(FaultScript(tls: certificates.server(), answers: [.accepted])) { server in
            let exporter = try OTLPHTTPExporter.sample("https://localhost:\(server.port)", settings)
            #expect(await exporter.export(metrics) == delivered)
            // The kept connection would still be good.
            try files.put(certificates.certificate("other-ca"), as: "trusted.pem")
            #expect(await exporter.export(metrics).failure == .transport)
            try files.put(certificates.certificate("ca"), as: "trusted.pem")
            // Only the last export waits for a receiver that is known to be away.
            #expect(await exporter.export(metrics, isLast: true) == delivered)
            #expect(server.requests.count == 2)
        }
    }

    // MARK: HTTP/2

    @Test func `a receiver that offers HTTP/2 gets it, over one kept connection`() async throws {
        let certificates = try await Certificates.shared
        let script = FaultScript(tls: certificates.server(alpn: ["h2"]), answers: [FaultAnswer()])
        // More than the windows of HTTP/2 let through at once.
        let large = [ResourceMetrics.sample(points: 5, description: String(repeating: "x", count: 1 << 20))]
        try await FaultServer.run(script) { server in
            let exporter = try OTLPHTTPExporter.sample("https://localhost:\(server.port)", certificates.client())
            for metrics in [metrics, large, metrics] {
                #expect(await exporter.export(metrics) == delivered)
            }
            #expect(server.requests.map(\.protocol) == ["HTTP/2", "HTTP/2", "HTTP/2"])
            #expect(server.requests.map(\.body) == [metrics, large, metrics].map { Data(ExportRequest.encode($0)) })
            #expect(server.connections == 1)
        }
    }

    @Test func `a receiver that offers both gets HTTP/2, one that offers neither HTTP/1.1`() async throws {
        let certificates = try await Certificates.shared
        for (offer, expected) in [(["h2", "http/1.1"], "HTTP/2"), (["http/1.1"], "HTTP/1.1")] {
            let script = FaultScript(
                tls: certificates.server(alpn: offer),
                answers: [expected == "HTTP/2" ? FaultAnswer() : .accepted]
            )
            try await FaultServer.run(script) { server in
                let exporter = try OTLPHTTPExporter.sample("https://localhost:\(server.port)", certificates.client())
                #expect(await exporter.export(metrics) == delivered)
                #expect(server.requests.map(\.protocol) == [expected])
            }
        }
    }

    @Test func `a status means the same over HTTP/2, and a refused stream is opened again`() async throws {
        let certificates = try await Certificates.shared
        let answers = [FaultAnswer(refuse: true), FaultAnswer(status: 500), FaultAnswer()]
        let script = FaultScript(tls: certificates.server(alpn: ["h2"]), answers: answers)
        try await FaultServer.run(script) { server in
            let exporter = try OTLPHTTPExporter.sample("https://localhost:\(server.port)", certificates.client())
            #expect(await exporter.export(metrics).failure == .status(500))
            #expect(await exporter.export(metrics) == delivered)
            #expect(server.requests.count == 2)
        }
    }
}
