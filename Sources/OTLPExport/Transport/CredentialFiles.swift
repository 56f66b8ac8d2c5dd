internal import Glibc
internal import System

/// The state of the files with certificates and keys when a connection was made.
///
/// libcurl reads the files when it connects, and would keep using the connection when they change.
struct CredentialFiles: Hashable, Sendable {
    /// Distinguishes two versions of a file without reading them.
    private struct Stamp: Hashable {
        var device: UInt
        var node: UInt
        var size: Int
        /// The times of changes to the contents and to the attributes.
        var changes: [Int]
    }

    /// One for each file that is set; nil if the file does not exist.
    private var stamps: [Stamp?]

    /// Examines the files that `configuration` names.
    ///
    /// It follows symbolic links, because Kubernetes replaces files by means of them.
    init(_ configuration: OTLPConfiguration) {
        stamps = configuration.credentialFiles.map(Self.stamp)
    }

    /// Whether the file at `path` is an encrypted private key in PEM (RFC 7468, section 11, and the older form of RFC
    /// 1421, section 4.6.1.1).
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
