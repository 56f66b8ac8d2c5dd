import FoundationEssentials
import OTLPExport

/// The checks of the configured files with certificates and keys.
struct CertificateChecks {
    /// The configuration that names the files.
    var configuration: OTLPConfiguration

    /// How long before its end a long-lived certificate should be renewed, in seconds; for a short-lived one it is
    /// less.
    private static let warningTime = 14 * 86_400.0
    private static let warningShare = 0.1

    /// A check for each file; empty without TLS, where the files are not used.
    var checks: [Check] {
        guard configuration.endpoint.isSecure else { return [] }
        let hasPair = configuration.clientCertificate != nil && configuration.clientKey != nil
        return [
            configuration.certificate.map { authorities($0) },
            hasPair ? configuration.clientCertificate.map { certificate($0) } : nil,
            hasPair ? configuration.clientKey.map { key($0) } : nil,
        ].compactMap(\.self)
    }

    /// The end of a certificate's validity as text, and whether that is soon.
    static func validity(of certificate: Certificate, now: Date) -> (text: String, isSoon: Bool) {
        let left = certificate.end.timeIntervalSince(now)
        let lifetime = certificate.end.timeIntervalSince(certificate.start)
        let end = certificate.end.formatted(.iso8601.year().month().day())
        guard now >= certificate.start else {
            return ("holds only from \(certificate.start.formatted(.iso8601)) on", true)
        }
        guard left > 0 else { return ("has expired on \(end)", true) }
        let days = Int(left / 86_400)
        let rest = days > 1 ? "\(days) days" : "\(Int(left / 3600)) hours"
        return ("holds until \(end) (\(rest))", left < min(warningTime, lifetime * warningShare))
    }

    private func authorities(_ path: String) -> Check {
        let name = "certificates to trust"
        do throws(Certificate.Unreadable) {
            let certificates = try Certificate.list(ofFile: path)
            let live = certificates.filter { $0.end > Date() }
            let count = certificates.count == 1 ? "one" : "\(certificates.count)"
            guard live.isEmpty else { return .ok(name, "\(path), with \(count) in it") }
            let (text, _) = Self.validity(of: certificates[0], now: Date())
            return .warning(
                name,
                "\(path): the last one \(text)",
                Check.Remedy("Get the current certificate of the receiver's authority", show(path))
            )
        } catch {
            let remedy = "Set \(configuration.names.certificate) to a file with certificates"
            return unreadable(name, path, error, remedy)
        }
    }

    private func certificate(_ path: String) -> Check {
        let name = "client certificate"
        do throws(Certificate.Unreadable) {
            let certificates = try Certificate.list(ofFile: path)
            let (text, isSoon) = Self.validity(of: certificates[0], now: Date())
            guard isSoon else { return .ok(name, "\(path), \(text)") }
            return .warning(name, "\(path) \(text)", Check.Remedy("Renew it", show(path)))
        } catch {
            return unreadable(name, path, error, "Set \(configuration.names.clientCertificate) to a file with one")
        }
    }

    private func key(_ path: String) -> Check {
        // Its contents are left to libcurl.
        guard (try? Data(contentsOf: URL(filePath: path))) != nil else {
            return .failed(
                "client key",
                "\(path) is not there or can't be read",
                Check.Remedy("Set \(configuration.names.clientKey) to the key of the certificate", "ls -l \(path)")
            )
        }
        return .ok("client key", "\(path) can be read")
    }

    /// The check of a file that can't be used.
    ///
    /// A missing file makes every connection fail. Wrong contents show when connecting.
    private func unreadable(_ name: String, _ path: String, _ error: Certificate.Unreadable, _ remedy: String) -> Check
    {
        Check(
            name: name,
            status: error.isFile ? .failed : .warning,
            found: "\(error)",
            remedy: Check.Remedy(remedy, error.isFile ? "ls -l \(path)" : "openssl x509 -in \(path) -noout -text")
        )
    }

    private func show(_ path: String) -> String { "openssl x509 -in \(path) -noout -subject -dates" }
}
