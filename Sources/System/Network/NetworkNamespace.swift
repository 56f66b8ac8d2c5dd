internal import Glibc

/// The network namespace that this process stands in.
package enum NetworkNamespace {
    /// Its inode number, as `readlink /proc/self/ns/net` shows it; the number that BPF programs can compare.
    ///
    /// - Throws: ``SystemError`` when /proc is not mounted.
    package static func current() throws(SystemError) -> UInt32 {
        var status = stat()
        guard unsafe stat("/proc/self/ns/net", &status) == 0 else {
            throw SystemError(operation: "read /proc/self/ns/net", code: errno)
        }
        // The kernel's field has 32 bits.
        return UInt32(truncatingIfNeeded: status.st_ino)
    }
}
