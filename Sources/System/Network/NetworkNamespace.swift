internal import Glibc

/// The network namespace of this process.
package enum NetworkNamespace {
    /// Its inode number, which BPF programs can compare: the number in `readlink /proc/self/ns/net`.
    ///
    /// - Throws: ``SystemError`` if /proc is not mounted.
    package static func current() throws(SystemError) -> UInt32 {
        var status = stat()
        guard unsafe stat("/proc/self/ns/net", &status) == 0 else {
            throw SystemError(operation: "read /proc/self/ns/net", code: errno)
        }
        // The kernel's field has 32 bits.
        return UInt32(truncatingIfNeeded: status.st_ino)
    }
}
