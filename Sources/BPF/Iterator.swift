internal import CLibbpf
internal import Glibc

/// A BPF iterator: a program that the kernel calls for each object of one kind.
package struct Iterator: ~Copyable {
    private let link: Link
    private let name: String

    init(link: consuming Link, name: String) {
        self.link = link
        self.name = name
    }

    /// Walks over all objects once and returns what the program wrote.
    ///
    /// `iter/tcp` walks over the sockets of the network namespace that the calling thread is in.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses or the walk fails.
    @discardableResult
    package func run() throws(BPFError) -> [UInt8] {
        let descriptor = bpf_iter_create(link.descriptor)
        guard descriptor >= 0 else { throw BPFError(operation: "open the iterator \(name)", code: -descriptor) }
        defer { close(descriptor) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            switch count {
            case 0:
                return output
            case 1...:
                output += buffer[..<count]
            default:
                // The kernel pauses a walk of a million objects without output with EAGAIN (MAX_ITER_OBJECTS).
                guard errno == EAGAIN || errno == EINTR else {
                    throw BPFError(operation: "read the iterator \(name)", code: errno)
                }
            }
        }
    }
}
