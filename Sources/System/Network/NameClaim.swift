internal import Glibc

/// A name that this process holds exclusively in its network namespace, as long as this value lives.
///
/// It is an abstract Unix-domain socket. The kernel separates these by network namespace, whatever else containers
/// share, and removes them when the process ends, however that happens. They need no privileges and leave nothing
/// behind. A malicious process that takes the name only causes an agent to use another one.
package final class NameClaim: Sendable {
    /// The result of a claim.
    package enum Outcome: Sendable {
        /// This process holds the name.
        case held(NameClaim)
        /// Another process holds it.
        case taken
        /// Unknown, because such sockets are not available.
        case unknown
    }

    private let descriptor: CInt

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Claims `name`; only its first hundred bytes count.
    package static func claim(_ name: String) -> Outcome {
        // A socket that does not listen accepts neither connections nor data.
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        // A systemd unit may forbid this address family.
        guard descriptor >= 0 else { return .unknown }
        let claim = NameClaim(descriptor)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A leading zero makes the name abstract, that is, not a path.
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
