public import BPF
internal import Glibc

/// A probe that could not be set up or read.
public struct ProbeError: Error, CustomStringConvertible, Sendable {
    /// What failed in the kernel.
    public var cause: BPFError

    /// Creates an error.
    public init(_ cause: BPFError) {
        self.cause = cause
    }

    /// One line: what failed, why, and what to do.
    public var description: String {
        guard let advice else { return "cannot \(cause)" }
        return "cannot \(cause): \(advice)"
    }

    /// Whether the kernel forbids it to this process.
    public var isDenial: Bool { cause.code == EPERM }

    private var advice: String? {
        if cause.code == EPERM {
            return "BPF needs root, or the capabilities CAP_BPF and CAP_PERFMON; try again with sudo"
        }
        guard KernelBTF.isAvailable else {
            return "this kernel shows no BTF at \(KernelBTF.path); "
                + "tcplens needs a kernel built with CONFIG_DEBUG_INFO_BTF, and /sys mounted"
        }
        return cause.log.split(separator: "\n").last { $0.hasPrefix("libbpf:") }.map(String.init)
    }
}
