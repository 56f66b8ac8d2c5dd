internal import Glibc

/// The right of this process to a name, among all processes of its network namespace and as long as it holds this.
///
/// It is an abstract Unix-domain socket: the kernel keeps those apart by network namespace, whatever else containers
/// share, and takes them away with the process, however that ends. It needs no rights and leaves nothing behind.
/// Whoever else takes the name to do harm makes an agent call itself something else, and no more.
package final class NameClaim: Sendable {
    /// What became of a claim.
    package enum Outcome: Sendable {
        /// The name is this process's.
        case held(NameClaim)
        /// Another process has it.
        case taken
        /// It is not known, for want of such sockets.
        case unknown
    }

    private let descriptor: CInt

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Claims `name`, of which the first hundred bytes count.
    package static func claim(_ name: String) -> Outcome {
        // Nobody can connect to a socket that does not listen, nor send to one of this kind.
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        // A unit of systemd may forbid this kind of socket.
        guard descriptor >= 0 else { return .unknown }
        let claim = NameClaim(descriptor)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A zero first: then the name is no file's.
        let bytes = [0] + Array(name.utf8.prefix(100))
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard result != 0 else { return .held(claim) }
        return errno == EADDRINUSE ? .taken : .unknown
    }
}
