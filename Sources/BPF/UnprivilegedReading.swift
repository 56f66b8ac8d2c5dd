internal import CLibbpf
internal import Glibc

/// Whether reading and changing maps needs no capability.
///
/// It does on kernels before 5.19, unless `kernel.unprivileged_bpf_disabled` is 0.
package enum UnprivilegedReading {
    /// Tries it with the capabilities that the calling thread has in effect.
    package static var isAllowed: Bool {
        var (key, value): (UInt32, UInt64) = (0, 0)
        // There is no such descriptor. The kernel looks at the rights first.
        return unsafe bpf_map_lookup_elem(-1, &key, &value) != -EPERM
    }
}
