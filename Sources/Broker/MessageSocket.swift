internal import CPlatform
internal import Glibc
internal import System

/// One end of a socket between two processes, over which messages go with file descriptors.
///
/// It keeps the borders of messages (`SOCK_SEQPACKET`), and is closed with the last reference.
final class MessageSocket: Sendable {
    /// The descriptor.
    let descriptor: CInt

    /// The longest message.
    static let longestMessage = 160 << 10

    /// Takes over a descriptor.
    init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Makes both ends of a socket.
    ///
    /// - Throws: ``SystemError`` when the kernel refuses.
    static func pair() throws(SystemError) -> (MessageSocket, MessageSocket) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_SEQPACKET.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw SystemError(operation: "make a socket", code: errno)
        }
        return (MessageSocket(ends[0]), MessageSocket(ends[1]))
    }

    /// Sends one message; the descriptors stay open here.
    ///
    /// - Throws: ``SystemError`` when the other end is closed, or the message is too long.
    func send(_ bytes: [UInt8], _ descriptors: [CInt] = []) throws(SystemError) {
        let code =
            bytes.count > Self.longestMessage
            ? EMSGSIZE
            : unsafe CPlatform_sendMessage(descriptor, bytes, bytes.count, descriptors, descriptors.count)
        guard code == 0 else { throw SystemError(operation: "send a message to another process", code: code) }
    }

    /// Waits for one message, and takes over its descriptors.
    ///
    /// - Returns: The message; nil if the other end is closed.
    /// - Throws: ``SystemError`` when a message is too long, or the kernel refuses.
    func receive() throws(SystemError) -> (bytes: [UInt8], descriptors: [CInt])? {
        var descriptors = [CInt](repeating: -1, count: Int(CPLATFORM_DESCRIPTOR_LIMIT))
        var count = 0
        var length = 0
        // Most messages are short, so the rest of the memory is never touched.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.longestMessage) { buffer, filled in
            length = unsafe CPlatform_receiveMessage(
                descriptor,
                buffer.baseAddress,
                Self.longestMessage,
                &descriptors,
                &count
            )
            filled = max(length, 0)
        }
        guard length >= 0 || errno == ECONNRESET else {
            throw SystemError(operation: "receive a message from another process", code: errno)
        }
        guard length > 0 else { return nil }
        return (bytes, Array(descriptors.prefix(count)))
    }
}
