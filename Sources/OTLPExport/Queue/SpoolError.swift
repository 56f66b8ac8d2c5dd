internal import Glibc
internal import System

/// Why a spool, or a file in it, can't be used.
package struct SpoolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of problem.
    package enum Kind: Hashable, Sendable {
        /// Not usable as a spool: not a directory, or writable by others.
        case misconfigured
        /// Another process uses it.
        case locked
        /// The disk or the file system failed.
        case failed
    }

    /// The kind of problem.
    package var kind: Kind
    /// One line: what failed, on what, why, and what to do.
    package var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// The operation on `path` failed with the POSIX error number `code`.
    init(_ operation: String, _ path: String, code: CInt) {
        self.init(.failed, "cannot \(operation) \(path.printable()): \(SystemError.text(code))")
    }

    /// The directory at `path` could not be opened or created, with the POSIX error number `code`.
    static func opening(_ path: String, code: CInt) -> SpoolError {
        var error = SpoolError("use the spool", path, code: code)
        switch code {
        case ENOENT:
            error.kind = .misconfigured
            error.description += ". Create its parent directory first"
        case ENOTDIR, ELOOP, ENAMETOOLONG:
            error.kind = .misconfigured
            error.description += ". Name a directory, or a path where one can be created"
        default: break
        }
        return error
    }
}
