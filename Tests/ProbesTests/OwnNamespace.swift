import Glibc
import Testing

/// A network namespace without any sockets of others.
enum OwnNamespace {
    /// Runs `body` in a new namespace, whose loopback is up, and then returns to the former one.
    ///
    /// Only this thread is there, so `body` must not wait for other tasks.
    static func run<Result>(_ body: () throws -> Result) throws -> Result {
        let former = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        try #require(former >= 0)
        defer { close(former) }
        let unshare: @convention(c) (CInt) -> CInt = try function("unshare")
        let setns: @convention(c) (CInt, CInt) -> CInt = try function("setns")
        try #require(unshare(newNamespace) == 0)
        defer { #expect(setns(former, newNamespace) == 0) }
        try raiseLoopback()
        return try body()
    }

    /// `CLONE_NEWNET`.
    private static let newNamespace: CInt = 0x4000_0000

    /// A function of the C library that its Swift module leaves out.
    private static func function<Function>(_ name: String) throws -> Function {
        let found = unsafe dlsym(nil, name)
        let address = try unsafe #require(found)
        return unsafe unsafeBitCast(address, to: Function.self)
    }

    /// The inode number of this thread's namespace.
    static var number: UInt32 {
        get throws {
            var status = stat()
            let code = unsafe stat("/proc/thread-self/ns/net", &status)
            try #require(code == 0)
            return UInt32(truncatingIfNeeded: status.st_ino)
        }
    }

    private static func raiseLoopback() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(socket >= 0)
        defer { close(socket) }
        var request = unsafe ifreq()
        unsafe withUnsafeMutableBytes(of: &request.ifr_ifrn) { unsafe $0.copyBytes(from: "lo".utf8) }
        unsafe request.ifr_ifru.ifru_flags = Int16(IFF_UP)
        let code = unsafe ioctl(socket, UInt(SIOCSIFFLAGS), &request)
        try #require(code == 0)
    }
}
