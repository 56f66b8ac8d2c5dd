internal import CPlatform
internal import Glibc

/// The memory of other processes (`process_vm_readv(2)`).
///
/// It needs the right to trace the process: the same user, or CAP_SYS_PTRACE (`ptrace(2)`, PTRACE_MODE_ATTACH).
package enum ProcessMemory {
    /// Reads up to `count` bytes from `address` on; fewer where the memory ends.
    ///
    /// The other process can block the call for as long as it wants: it decides when a page that it manages itself
    /// (`userfaultfd(2)`, FUSE) is there.
    ///
    /// - Throws: ``FileDescriptor/SystemCallError``: ESRCH if the process is gone, EPERM without the right, EFAULT if
    ///   nothing is mapped at `address`.
    package static func read(
        _ count: Int,
        at address: UInt64,
        of process: Int32
    ) throws(FileDescriptor.SystemCallError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let done = try FileDescriptor.check {
            // The kernel writes into the array only during the call.
            unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe CPlatform_readMemory(process, address, bytes.baseAddress, bytes.count)
            }
        }
        bytes.removeLast(count - done)
        return bytes
    }
}
