internal import Glibc

extension YAMLNode {
    /// The bytes of the file at `path`, not more than may be read of it.
    ///
    /// - Throws: ``YAMLError`` when it can't be read, is no regular file, or is too large.
    package static func contents(ofFile path: String, limits: Limits = Limits()) throws(YAMLError) -> [UInt8] {
        // Without waiting, for a pipe would keep us until somebody writes to it.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw YAMLError(reason: "it is no regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count <= limits.bytes {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { throw failure }
            if count == 0 { return bytes }
            bytes += chunk.prefix(max(count, 0))
        }
        throw YAMLError(reason: "it is larger than \(limits.bytes) bytes")
    }

    /// What the C library says of the last error.
    private static var failure: YAMLError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) }
        return YAMLError(reason: "it cannot be read: \(reason ?? "error \(errno)")")
    }
}
