import Foundation

/// A Unix-domain datagram socket that keeps what it receives, in the place of a service manager; closed with this
/// object.
package final class DatagramReceiver: Sendable {
    /// An address that could not be bound.
    package struct Failure: Error {
        /// The POSIX error number.
        package let code: Int32
    }

    /// Its address, as in `NOTIFY_SOCKET`.
    package let address: String

    private let descriptor: Int32

    /// Listens at `address`: a path, or an abstract name with a leading `@`.
    package init(_ address: String = "@tcplens-test/\(UUID().uuidString)") throws {
        self.address = address
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = address.hasPrefix("@") ? [0] + Array(address.utf8.dropFirst()) : Array(address.utf8) + [0]
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard result == 0 else { throw Failure(code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// The next datagram; nil if none comes within `limit`.
    package func next(within limit: Duration = .zero) -> String? {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit.components.seconds * 1000 + limit.components.attoseconds / 1_000_000_000_000_000
        guard unsafe poll(&state, 1, Int32(milliseconds)) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// All datagrams that wait.
    package func taken() -> [String] {
        var datagrams: [String] = []
        while let next = next() { datagrams.append(next) }
        return datagrams
    }
}
