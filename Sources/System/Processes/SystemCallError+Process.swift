internal import Glibc

/// What an error says about a process that was to be read.
extension FileDescriptor.SystemCallError {
    /// Whether the process does not exist any more.
    package var isGone: Bool { code == ENOENT || code == ESRCH }

    /// Whether the kernel does not allow it.
    package var isDenied: Bool { code == EACCES || code == EPERM }
}
