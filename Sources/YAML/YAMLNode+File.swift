internal import Glibc

extension YAMLNode {
    /// The contents of the file at `path`, within the limits.
    ///
    /// - Throws: ``YAMLError`` if it can't be read, is not a regular file, or is too large.
    package static func contents(ofFile path: String, limits: Limits = Limits()) throws(YAMLError) -> [UInt8] {
        // O_NONBLOCK, because opening a pipe would block until somebody writes to it.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw YAMLError(reason: "it is not a regular file")
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

    /// The C library's message for the last error.
    private static var failure: YAMLError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) }
        return YAMLError(reason: "it cannot be read: \(reason ?? "error \(errno)")")
    }
}
