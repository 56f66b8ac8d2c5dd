import Foundation
import Testing

/// Certificates made by the script of the exporter's own tests; they are removed with this object.
final class Certificates {
    private let folder: URL

    /// Makes the certificates.
    init() throws {
        folder = URL(filePath: NSTemporaryDirectory()).appending(path: "certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "TestSupport/FaultServer/certificates.sh")
        let result = try run([script.path(percentEncoded: false), folder.path(percentEncoded: false)])
        #expect(result.status == 0, "\(result.error)")
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The path of a file, such as `ca.pem`.
    func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

    /// A Collector's HTTP server with TLS and the certificate `name`; with `clientCA` it requires a certificate of the
    /// client.
    func server(_ name: String = "server", clientCA: String? = nil) -> [String] {
        ["tls:", "  cert_file: \(path("\(name).pem"))", "  key_file: \(path("\(name).key"))"]
            + (clientCA.map { ["  client_ca_file: \(path($0))"] } ?? [])
    }

    /// The settings of a client that trusts `ca` and, with a `name`, shows that certificate; `timeout` is in
    /// milliseconds.
    func client(_ name: String? = nil, ca: String = "ca.pem", timeout: Int = 20_000) -> [String: String] {
        var settings = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "https://localhost:4318",
            "OTEL_EXPORTER_OTLP_CERTIFICATE": path(ca),
            "OTEL_EXPORTER_OTLP_TIMEOUT": "\(timeout)",
        ]
        if let name {
            settings["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = path("\(name).pem")
            settings["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = path("\(name).key")
        }
        return settings
    }
}
