internal import Glibc
internal import System

/// Why a spool can't be used, or a file in it.
package struct SpoolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What that means for the user.
    package enum Kind: Hashable, Sendable {
        /// The directory can't be meant: it is none, or others can write in it.
        case misconfigured
        /// Another process has it.
        case locked
        /// The disk or the file system does not do what was asked.
        case failed
    }

    /// What that means for the user.
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

    /// The directory at `path` can't be had, for the POSIX error number `code`.
    static func opening(_ path: String, code: CInt) -> SpoolError {
        var error = SpoolError("use the spool", path, code: code)
        switch code {
        case ENOENT:
            error.kind = .misconfigured
            error.description += ". Make the directory above it first"
        case ENOTDIR, ELOOP, ENAMETOOLONG:
            error.kind = .misconfigured
            error.description += ". Name a directory, or one that can be made"
        default: break
        }
        return error
    }
}
