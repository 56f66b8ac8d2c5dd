internal import Glibc

/// A failed system call.
package struct SystemError: Error, CustomStringConvertible, Hashable, Sendable {
    /// The operation, such as `connect to 127.0.0.1`.
    package var operation: String
    /// The POSIX error number.
    package var code: CInt

    /// Creates an error.
    package init(operation: String, code: CInt) {
        (self.operation, self.code) = (operation, code)
    }

    /// One line: what failed and why.
    package var description: String { "cannot \(operation): \(Self.text(code))" }

    /// The C library's message for a POSIX error number.
    package static func text(_ code: CInt) -> String {
        // The strings live as long as the process.
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
