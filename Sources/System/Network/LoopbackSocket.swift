internal import Glibc

/// A socket, closed with this value.
struct LoopbackSocket: ~Copyable {
    /// The timeout of each step in seconds: a firewall may drop packets even here.
    private static let timeout = 3

    let descriptor: CInt

    init(accepted descriptor: CInt) {
        self.descriptor = descriptor
    }

    init(family: CInt) throws(SystemError) {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw SystemError(operation: "make a socket", code: errno) }
        var limit = timeval(tv_sec: Self.timeout, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit {
        close(descriptor)
    }

    /// Binds the socket; port 0 is any free port.
    package func bind(to address: String, port: UInt16) throws(SystemError) {
        let code = unsafe Self.withAddress(address, port) { unsafe Glibc.bind(descriptor, $0, $1) }
        guard code == 0 else { throw SystemError(operation: "listen on \(address)", code: errno) }
    }

    /// Connects the socket; blocks until that has succeeded or failed.
    package func connect(to address: String, port: UInt16) throws(SystemError) {
        let code = unsafe Self.withAddress(address, port) { unsafe Glibc.connect(descriptor, $0, $1) }
        guard code == 0 else {
            // The kernel's error for a connection that takes longer than the socket's timeout.
            throw SystemError(operation: "connect to \(address)", code: errno == EINPROGRESS ? ETIMEDOUT : errno)
        }
    }

    /// The port that the socket is bound to.
    package func port() throws(SystemError) -> UInt16 {
        // The port has the same offset in the addresses of both families.
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(descriptor, address, &size)
            }
        }
        guard code == 0 else { throw SystemError(operation: "find the port of a socket", code: errno) }
        return UInt16(bigEndian: address.sin6_port)
    }

    private static func withAddress(
        _ text: String,
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        if text.contains(":") {
            var address = sockaddr_in6()
            (address.sin6_family, address.sin6_port) = (sa_family_t(AF_INET6), port.bigEndian)
            _ = unsafe inet_pton(AF_INET6, text, &address.sin6_addr)
            return unsafe call(body, with: &address)
        }
        var address = sockaddr_in()
        (address.sin_family, address.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
        _ = unsafe inet_pton(AF_INET, text, &address.sin_addr)
        return unsafe call(body, with: &address)
    }

    private static func call<Address>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt,
        with address: inout Address
    ) -> CInt {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
