internal import Glibc

/// A listener on loopback that is closed at once: a socket that changes its state twice, and sends nothing.
package enum LoopbackListener {
    /// Opens and closes it.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses.
    package static func open() throws(SystemError) {
        let socket = try LoopbackSocket(family: AF_INET)
        try socket.bind(to: "127.0.0.1", port: 0)
        guard listen(socket.descriptor, 1) == 0 else { throw SystemError(operation: "listen on loopback", code: errno) }
    }
}
