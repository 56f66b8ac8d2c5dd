internal import CPlatform
internal import Glibc

/// Network namespaces, first of all that of this process.
package enum NetworkNamespace {
    /// The type of the file system of namespaces in `statfs(2)` (NSFS_MAGIC).
    private static let fileSystem = 0x6e73_6673

    /// The inode number of the namespace at a path, such as `/proc/1/ns/net`; `nil` if there is none, or it may not be
    /// read.
    ///
    /// The namespaces of all kinds are in one file system; the path decides which kind it is.
    package static func identifier(of path: String) -> UInt32? {
        var system = statfs()
        var status = stat()
        guard unsafe statfs(path, &system) == 0, Int(system.f_type) == fileSystem,
            unsafe stat(path, &status) == 0
        else { return nil }
        return UInt32(truncatingIfNeeded: status.st_ino)
    }

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
