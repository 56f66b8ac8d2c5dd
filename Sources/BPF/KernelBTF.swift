internal import Glibc

/// The kernel's description of its own types, which CO-RE and typed tracepoints need.
public enum KernelBTF {
    /// Where the kernel shows it.
    public static let path = "/sys/kernel/btf/vmlinux"

    /// Whether it is there and readable.
    public static var isAvailable: Bool {
        unsafe access(path, R_OK) == 0
    }
}
