internal import Foundation

/// Certificates of all kinds, created once for all tests by `FaultServer/certificates.sh`.
package struct Certificates {
    private let folder: TemporaryDirectory

    private static let made = Task { try await make() }

    /// The certificates.
    package static var shared: Certificates {
        get async throws { try await made.value }
    }

    /// The path of a certificate.
    package func certificate(_ name: String) -> String { folder.url.appending(path: "\(name).pem").plainPath }

    /// The path of its key.
    package func key(_ name: String) -> String { folder.url.appending(path: "\(name).key").plainPath }

    /// A server with the certificate `name`.
    package func server(
        _ name: String = "server",
        clientCA: String? = nil,
        alpn: [String]? = nil,
        maximumVersion: String? = nil
    ) -> FaultScript.TLS {
        FaultScript.TLS(
            certificate: certificate(name),
            key: key(name),
            clientCA: clientCA.map(certificate),
            alpn: alpn,
            maximumVersion: maximumVersion
        )
    }

    /// The settings of a client that trusts the authority `ca` and, if there is a `name`, uses that certificate.
    package func client(_ name: String? = nil, ca: String = "ca") -> [String: String] {
        var settings = ["OTEL_EXPORTER_OTLP_CERTIFICATE": certificate(ca)]
        if let name {
            settings["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = certificate(name)
            settings["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = key(name)
        }
        return settings
    }

    private static func make() async throws -> Certificates {
        let folder = try TemporaryDirectory()
        let process = Process()
        process.executableURL = FaultServer.tool("certificates.sh")
        process.arguments = [folder.url.plainPath]
        let (ends, ended) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = {
            ended.yield($0.terminationStatus)
            ended.finish()
        }
        try process.run()
        for await status in ends where status != 0 {
            throw FaultServer.Failure(description: "certificates.sh failed with \(status)")
        }
        return Certificates(folder: folder)
    }
}
