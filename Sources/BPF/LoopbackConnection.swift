internal import Glibc

/// A connection of this process to itself, made to be seen by programs in the kernel.
public struct LoopbackConnection: ~Copyable {
    /// A step that failed, with its POSIX error number.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// What was tried: `connect to 127.0.0.1`.
        public var operation: String
        /// The POSIX error number.
        public var code: CInt

        /// One line: what failed and why.
        public var description: String {
            let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
            return "cannot \(operation): \(reason)"
        }
    }

    /// The port of the listener, which nobody else has.
    public let port: UInt16

    private let listener: Socket
    private let client: Socket
    private let server: Socket

    /// How many seconds each step may take: a firewall may swallow packets even here.
    private static let patience = 3

    /// Listens on any free port of the loopback address `address`, `127.0.0.1` or `::1`, connects there and accepts.
    ///
    /// Blocks the thread, but not longer than some seconds.
    ///
    /// - Throws: ``Failure`` when the machine has no such address, or it can't be reached.
    public init(to address: String) throws(Failure) {
        let family = address.contains(":") ? AF_INET6 : AF_INET
        let listener = try Socket(family: family)
        try listener.bind(to: address, port: 0)
        guard listen(listener.descriptor, 1) == 0 else { throw Failure(operation: "listen on \(address)", code: errno) }
        let port = try listener.port()
        let client = try Socket(family: family)
        try client.connect(to: address, port: port)
        let accepted = accept(listener.descriptor, nil, nil)
        guard accepted >= 0 else { throw Failure(operation: "accept on \(address)", code: errno) }
        self.port = port
        server = Socket(accepted: accepted)
        self.listener = listener
        self.client = client
    }

    /// A socket, closed with this value.
    private struct Socket: ~Copyable {
        let descriptor: CInt

        init(accepted descriptor: CInt) {
            self.descriptor = descriptor
        }

        init(family: CInt) throws(Failure) {
            let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            descriptor = socket(family, type, 0)
            guard descriptor >= 0 else { throw Failure(operation: "make a socket", code: errno) }
            var limit = timeval(tv_sec: patience, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
        }

        deinit {
            close(descriptor)
        }

        func bind(to address: String, port: UInt16) throws(Failure) {
            let code = unsafe Self.withAddress(address, port) { unsafe Glibc.bind(descriptor, $0, $1) }
            guard code == 0 else { throw Failure(operation: "listen on \(address)", code: errno) }
        }

        func connect(to address: String, port: UInt16) throws(Failure) {
            let code = unsafe Self.withAddress(address, port) { unsafe Glibc.connect(descriptor, $0, $1) }
            guard code == 0 else {
                // The kernel's word for a connection that takes longer than its socket may.
                throw Failure(operation: "connect to \(address)", code: errno == EINPROGRESS ? ETIMEDOUT : errno)
            }
        }

        func port() throws(Failure) -> UInt16 {
            // The port has the same place in the addresses of both families.
            var address = sockaddr_in6()
            var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
            let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe getsockname(descriptor, address, &size)
                }
            }
            guard code == 0 else { throw Failure(operation: "find the port of a socket", code: errno) }
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
}
