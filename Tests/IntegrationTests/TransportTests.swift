import Foundation
import Testing

/// Connections to a real Collector, and how it refuses requests.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.canTestCollector, "skipped: no otelcol")) struct TransportTests {
        private func export(in namespace: Traffic, _ environment: [String: String]) throws -> CommandResult {
            try run([Executable.tcplens, "run", "--once"], in: namespace, environment: environment)
        }

        /// Checks that everything arrived, in as many requests as it took.
        private func expectAll(from collector: Collector, _ result: CommandResult) throws {
            #expect(result.status == 0, "\(result.error)")
            let points = try eventually("all points") {
                let points = collector.report.exports.flatMap { $0["system.network.connection.count"]?.points ?? [] }
                return points.count >= 20 ? points : nil
            }
            #expect(points.count == 20)
            #expect(Set(points.map(\.attributes)).count == 20)
        }

        @Test(arguments: ["none", "gzip"])
        func `metrics arrive as they are and compressed (conformance 48, 49)`(compression: String) throws {
            let namespace = try Traffic()
            let collector = try Collector(in: namespace)
            let result = try export(in: namespace, ["OTEL_EXPORTER_OTLP_COMPRESSION": compression])
            try expectAll(from: collector, result)
        }

        @Test func `metrics arrive over TLS, and only where the certificate is trusted (conformance 13)`() throws {
            let (namespace, certificates) = (try Traffic(), try Certificates())
            let collector = try Collector(in: namespace, .init(server: certificates.server()))
            let refused = try export(in: namespace, certificates.client(ca: "other-ca.pem"))
            #expect(refused.status == 1)
            #expect(refused.error.contains("Set OTEL_EXPORTER_OTLP_CERTIFICATE"), "\(refused.error)")
            let plain = try export(in: namespace, ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"])
            #expect(plain.error.contains("the endpoint begins with https://"), "\(plain.error)")
            try expectAll(from: collector, export(in: namespace, certificates.client()))
        }

        @Test
        func `metrics arrive where a client certificate is wanted, and only with the right one (conformance 14, 15)`()
            throws
        {
            let (namespace, certificates) = (try Traffic(), try Certificates())
            let collector = try Collector(in: namespace, .init(server: certificates.server(clientCA: "ca.pem")))
            for wrong in [nil, "unknown"] {
                let refused = try export(in: namespace, certificates.client(wrong, timeout: 3000))
                #expect(refused.status == 1)
                #expect(refused.error.contains("cannot export"), "\(refused.error)")
            }
            try expectAll(from: collector, export(in: namespace, certificates.client("client")))
        }

        @Test func `nobody is asked for the passphrase of a key, on a terminal either`() throws {
            let (namespace, certificates) = (try Traffic(), try Certificates())
            let session = try withExtendedLifetime(
                Collector(in: namespace, .init(server: certificates.server(clientCA: "ca.pem")))
            ) { _ in
                try TerminalSession.of(
                    [Executable.tcplens, "run", "--interval", "1s"],
                    ["wait:has a passphrase", "signal:TERM"],
                    in: namespace,
                    environment: certificates.client("locked-client")
                )
            }
            #expect(session.status == 0)
            #expect(!session.raw.contains("Enter"))
        }

        @Test func `exports to a Collector short of memory are retried, and its reason is logged (conformance 58, 59)`()
            throws
        {
            let namespace = try Traffic()
            let collector = try Collector(in: namespace, .init(isShortOfMemory: true))
            let result = try export(in: namespace, ["OTEL_EXPORTER_OTLP_TIMEOUT": "4000"])
            #expect(result.status == 1)
            #expect(result.error.contains("HTTP 503: data refused due to high memory usage"), "\(result.error)")
            #expect(result.error.contains(" attempts in "), "\(result.error)")
            #expect(collector.report.exports.isEmpty)
        }

        @Test(arguments: ["none", "gzip"])
        func `a Collector that takes only small requests gets small ones (conformance 50)`(compression: String) throws {
            let namespace = try Traffic()
            let collector = try Collector(in: namespace, .init(server: ["max_request_body_size: 3000"]))
            let result = try export(in: namespace, ["OTEL_EXPORTER_OTLP_COMPRESSION": compression])
            try expectAll(from: collector, result)
            // The resources of the machine and of the agent would be in one request.
            #expect(collector.report.exports.count > 2)
        }
    }
}
