internal import Glibc
internal import System

/// The files with certificates and keys that a connection was made with, as they were then.
///
/// libcurl reads them when it connects, and would go on using the connection however they change.
struct CredentialFiles: Hashable, Sendable {
    /// What tells two contents of a path from each other without reading them.
    private struct Stamp: Hashable {
        var device: UInt
        var node: UInt
        var size: Int
        /// Of the content and of the file's attributes.
        var changes: [Int]
    }

    /// One for each file that is set; nil where there is none.
    private var stamps: [Stamp?]

    /// Looks at the files that `configuration` names, through symbolic links, as Kubernetes exchanges them.
    init(_ configuration: OTLPConfiguration) {
        let paths = [configuration.certificate, configuration.clientCertificate, configuration.clientKey]
        stamps = paths.compactMap(\.self).map(Self.stamp)
    }

    /// Whether the file at `path` is a private key in PEM that only a passphrase opens (RFC 7468, section 11, and the older
    /// form of RFC 1421, section 4.6.1.1).
    static func isEncrypted(_ path: String) -> Bool {
        guard let bytes = try? FileDescriptor(file: path).read(1 << 16) else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED")
    }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Stamp(
            device: UInt(status.st_dev),
            node: UInt(status.st_ino),
            size: Int(status.st_size),
            changes: [
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        )
    }
}
