import Foundation
import Testing

/// Certificates and keys: `doctor` and `run` come to the same result.
extension PeerIntegrationTests {
    @Suite(
        .enabled(if: Executable.isRoot, "needs root"),
        .enabled(if: Executable.canTestCollector, "skipped: no otelcol")
    )
    struct DoctorTLSTests {
        @Test
        func `TLS works with the right authority, and the expiry is reported`() throws {
            let (namespace, certificates) = (try Traffic(), try Certificates())
            let collector = try Collector(in: namespace, .init(server: certificates.server()))
            let diagnosis = try Condition(environment: certificates.client(), namespace: namespace).expectAgreement()
            let check = try diagnosis.check("endpoint TLS")
            #expect(check.found.contains("TLSv1.3"), "\(check)")
            #expect(check.found.contains("certificate holds until 20"), "\(check)")
            try Condition(environment: certificates.client(ca: "other-ca.pem"), namespace: namespace).expectAgreement(
                failing: "endpoint TLS",
                says: "Set OTEL_EXPORTER_OTLP_CERTIFICATE",
                "openssl s_client -connect localhost:4318"
            )
            var condition = Condition(environment: certificates.client(), namespace: namespace)
            condition.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://localhost:4318"
            try condition.expectAgreement(failing: "endpoint export", says: "HTTP 400")
            condition = Condition(environment: certificates.client(ca: "missing.pem"), namespace: namespace)
            try condition.expectAgreement(failing: "certificates to trust", says: "there is no such file")
            condition = Condition(environment: certificates.client(ca: "ca.key"), namespace: namespace)
            let keyed = try condition.expectAgreement(failing: "endpoint TLS", says: "OTEL_EXPORTER_OTLP_CERTIFICATE")
            #expect(try keyed.check("certificates to trust").found.contains("there is no certificate"))
            withExtendedLifetime(collector) {}
        }

        @Test(
            arguments: [
                ("wrong-host", "a name in the receiver's certificate"), ("expired", "must be renewed"),
            ]
        )
        func `a receiver's unsuitable certificate is reported`(name: String, words: String) throws {
            let (namespace, certificates) = (try Traffic(), try Certificates())
            let collector = try Collector(in: namespace, .init(server: certificates.server(name)))
            try Condition(environment: certificates.client(), namespace: namespace)
                .expectAgreement(failing: "endpoint TLS", says: words)
            withExtendedLifetime(collector) {}
        }

        @Test
        func `a required client certificate has to be shown, and the right one`() throws {
            let (namespace, certificates) = (try Traffic(), try Certificates())
            let collector = try Collector(in: namespace, .init(server: certificates.server(clientCA: "ca.pem")))
            let diagnosis = try Condition(environment: certificates.client("client"), namespace: namespace)
                .expectAgreement()
            #expect(try diagnosis.check("client certificate").found.contains("holds until"))
            for wrong in [nil, "unknown"] {
                // A broken connection is retried until the timeout.
                let environment = certificates.client(wrong, timeout: 2000)
                try Condition(environment: environment, namespace: namespace).expectAgreement(
                    failing: "endpoint export",
                    says: "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"
                )
            }
            withExtendedLifetime(collector) {}
        }
    }
}
