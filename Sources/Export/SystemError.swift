internal import Glibc

/// The errors of system calls.
package enum SystemError {
    /// The C library's words for a POSIX error number.
    package static func text(_ code: CInt) -> String {
        // They live as long as the process.
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
