internal import Glibc

/// Errors of system calls.
package enum SystemError {
    /// The C library's message for a POSIX error number.
    package static func text(_ code: CInt) -> String {
        // The strings live as long as the process.
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
