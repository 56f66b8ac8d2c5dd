internal import Glibc

/// A Unix-domain datagram socket that is connected to a receiver; closed with this object.
///
/// It is connected once and kept: a process that may open nothing later can still send.
package final class UnixDatagramSocket: Sendable {
    /// The timeout of a send in seconds: a receiver that does not read must not stop the caller for long.
    private static let timeout = 1

    private let descriptor: CInt

    /// Connects to the receiver at `address`: an absolute path, or an abstract name with a leading `@`.
    ///
    /// - Throws: ``SystemError`` if the address is of another kind or too long, or if nobody receives there.
    package init(to address: String) throws(SystemError) {
        let operation = "connect to the socket \(address.printable())"
        let isAbstract = address.hasPrefix("@")
        guard isAbstract || address.hasPrefix("/") else {
            throw SystemError(operation: operation, code: EAFNOSUPPORT)
        }
        // A leading zero makes the name abstract, that is, not a path. A path ends with a zero.
        let bytes = isAbstract ? [0] + Array(address.utf8.dropFirst()) : Array(address.utf8) + [0]
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        guard bytes.count > 1, bytes.count <= MemoryLayout.size(ofValue: name.sun_path) else {
            throw SystemError(operation: operation, code: ENAMETOOLONG)
        }
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(operation: operation, code: errno) }
        var limit = timeval(tv_sec: Self.timeout, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, length) }
        }
        guard result == 0 else { throw SystemError(operation: operation, code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Sends `text` as one datagram.
    ///
    /// Blocks for a second at most.
    ///
    /// - Throws: ``SystemError`` if it can't be sent.
    package func send(_ text: String) throws(SystemError) {
        let bytes = Array(text.utf8)
        while true {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            }
            guard count < 0 else { return }
            guard errno == EINTR else { throw SystemError(operation: "send to a socket", code: errno) }
        }
    }
}
