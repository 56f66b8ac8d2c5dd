package import BPF
internal import Glibc

/// A probe that could not be set up or read.
package struct ProbeError: Error, Codable, CustomStringConvertible, Sendable {
    /// Why it failed, as far as that is certain.
    package enum Reason: Codable, Hashable, Sendable {
        /// The kernel forbids BPF to this process. `isPrivileged` means that the process has the capabilities.
        case denied(isPrivileged: Bool)
        /// There is no memory. `limit` is that of this process's cgroup, if it has one.
        case memory(limit: MemoryLimit?)
        /// Programs may not read the kernel's memory.
        case lockdown
        /// Programs that call kernel functions must be compiled, and the compiler (JIT) is off.
        case compiler
        /// There is no description of the kernel's types (BTF).
        case noTypes
        /// The verifier refuses a program, with this message.
        case refused(program: String, words: String)
        /// The sockets of all namespaces were asked for, and only those of one can be counted.
        case oneNamespace(why: String)
        /// Something else, with libbpf's last message.
        case other(words: String?)
    }

    /// What failed in the kernel.
    package var cause: BPFError
    /// Why.
    package let reason: Reason

    /// Creates an error, and finds out why.
    package init(_ cause: BPFError) {
        self.init(cause, reason: Self.reason(of: cause))
    }

    /// Creates an error whose reason is known.
    package init(_ cause: BPFError, reason: Reason) {
        (self.cause, self.reason) = (cause, reason)
    }

    /// One line: what failed, why, and what to do.
    package var description: String {
        if case .oneNamespace(let why) = reason {
            return "cannot \(cause.operation): \(why). Use --scope self, which counts those of this network namespace, "
                + "or another kernel"
        }
        guard let advice else { return "cannot \(cause)" }
        // The code of a missing file is ESRCH, and a process has nothing to do with it.
        if reason == .noTypes { return "cannot \(cause.operation): \(advice)" }
        return "cannot \(cause): \(advice)"
    }

    /// Whether the kernel denies permission to this process.
    package var isDenial: Bool { cause.code == EPERM }

    private var advice: String? {
        switch reason {
        case .denied(isPrivileged: false):
            "BPF needs root, or the capabilities CAP_BPF and CAP_PERFMON; try again with sudo"
        case .denied(isPrivileged: true):
            "the capabilities are held, so it is a seccomp filter, a security module (LSM) or a user namespace that "
                + "forbids BPF\(refusal); 'tcplens doctor' shows which there are"
        case .memory(let limit?):
            "the control group \(limit.group) may have \(limit.bytes) bytes of memory (\(limit.file)); raise that limit"
        case .memory(nil):
            "the kernel has no memory left for it"
        case .lockdown:
            "lockdown=confidentiality keeps programs from reading the kernel's memory; boot with lockdown=integrity"
        case .compiler:
            "programs that call the kernel's functions must be compiled; turn the compiler on: "
                + "sysctl -w net.core.bpf_jit_enable=1"
        case .noTypes:
            "this kernel shows no BTF at \(KernelBTF.path); "
                + "tcplens needs a kernel built with CONFIG_DEBUG_INFO_BTF, and /sys mounted"
        case .refused(let program, let words):
            "the verifier refuses \(program): \(words)"
        case .oneNamespace(let why):
            why
        case .other(let words):
            words
        }
    }

    /// What is said of the program that was refused, if it is known: the kernel may allow the others.
    private var refusal: String {
        VerifierLog(cause.log).program.map { ", or the kernel does not allow the program \($0)" } ?? ""
    }

    private static func reason(of cause: BPFError) -> Reason {
        let log = VerifierLog(cause.log)
        if cause.operation == BPFError.countingAll { return .oneNamespace(why: cause.log) }
        if cause.code == EPERM { return .denied(isPrivileged: Privileges.areHeld) }
        if cause.code == ENOMEM { return .memory(limit: MemoryLimit.smallest()) }
        if log.isRefusalToRead { return .lockdown }
        if log.wantsCompiler { return .compiler }
        guard KernelBTF.isAvailable else { return .noTypes }
        if let words = log.words { return .refused(program: log.program ?? "a program", words: words) }
        return .other(words: log.lines.last { $0.hasPrefix("libbpf:") })
    }
}

/// The privileges that a process needs to load programs.
private enum Privileges {
    private static let sysAdmin = UInt64(1) << 21
    private static let perfmonAndBPF = UInt64(1) << 38 | UInt64(1) << 39

    /// Whether this process holds the capabilities.
    ///
    /// In a user namespace they may have no effect.
    static var areHeld: Bool {
        let status = MemoryLimit.read("/proc/self/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let bits = line.flatMap { UInt64($0.dropFirst("CapEff:".count).drop { $0.isWhitespace }, radix: 16) } ?? 0
        return bits & sysAdmin != 0 || bits & perfmonAndBPF == perfmonAndBPF
    }
}

extension BPFError {
    /// What is tried if the sockets of all namespaces are asked for.
    fileprivate static let countingAll = "count the sockets of all network namespaces"

    /// The sockets of all namespaces were asked for, and only those of one can be counted.
    static func oneNamespace(_ why: String) -> BPFError {
        BPFError(operation: countingAll, code: ENOTSUP, log: why)
    }
}
