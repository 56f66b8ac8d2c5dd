internal import CLibbpf

/// A failed call of libbpf or of the kernel's BPF system call.
package struct BPFError: Error, Codable, Hashable, Sendable {
    /// The kernel's `ENOTSUPP`.
    ///
    /// It is not a POSIX number, and libraries have no text for it.
    static let notSupported: CInt = 524

    /// What was tried, and on what: `load connections`.
    package var operation: String

    /// The error number, positive: a POSIX `errno`, or one of libbpf's own from 4000 up.
    package var code: CInt

    /// What libbpf and the verifier printed during the call; may be empty.
    package var log: String

    /// Creates an error for `operation`.
    package init(operation: String, code: CInt, log: String = "") {
        self.operation = operation
        self.code = code
        self.log = log
    }
}

extension BPFError: CustomStringConvertible {
    /// One line: the operation and libbpf's text for the code.
    package var description: String {
        guard code != Self.notSupported else { return "\(operation): Operation not supported by this kernel" }
        var message = [CChar](repeating: 0, count: 128)
        // A code that libbpf does not know still gets a text, so the result needs no check.
        _ = unsafe libbpf_strerror(code, &message, message.count)
        let bytes = message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return "\(operation): \(String(decoding: bytes, as: UTF8.self))"
    }
}
