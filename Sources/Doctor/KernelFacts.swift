import Resource
import System

/// What the kernel says of itself and of this process, in files.
struct KernelFacts: Sendable {
    /// The release, as `6.1.0-44-amd64`; nil when /proc does not tell.
    var release: String?
    /// What this process may do.
    var capabilities: CapabilitySet
    /// How system calls are filtered: 0 is not at all (`seccomp(2)`).
    var seccompMode: Int?
    /// Whether this process stands in a user namespace of its own, where capabilities are worth less.
    var isInUserNamespace: Bool
    /// What is mounted where.
    var mounts: [MountInfo]
    /// What of the kernel is locked even for root: `none`, `integrity` or `confidentiality`; nil when it does not tell.
    var lockdown: String?
    /// Whether programs are compiled rather than interpreted; nil when it does not tell.
    var isCompiled: Bool?
    /// How much memory this process may lock: `unlimited`, or bytes; nil when it does not tell.
    var lockedMemoryLimit: String?
    /// Whether the kernel's counters of listeners can be read.
    var hasNetstat: Bool

    /// Reads the files of `machine`.
    init(of machine: Machine) {
        func line(_ path: String) -> String? {
            machine.read(path)?.split(whereSeparator: \.isNewline).first.map(String.init)
        }
        release = line("/proc/sys/kernel/osrelease")
        let status = machine.read("/proc/self/status") ?? ""
        capabilities = CapabilitySet(status: status)
        seccompMode = status.field("Seccomp").flatMap { Int($0) }
        // The first namespace has all numbers.
        let mapping = line("/proc/self/uid_map")?.split(separator: " ")
        isInUserNamespace = mapping.map { $0 != ["0", "0", "4294967295"] } ?? false
        mounts = MountInfo.parse(machine.read("/proc/self/mountinfo") ?? "")
        // The mode that holds stands in brackets.
        lockdown = line("/sys/kernel/security/lockdown")?.split(separator: "[").last?.split(separator: "]").first
            .map(String.init)
        isCompiled = line("/proc/sys/net/core/bpf_jit_enable").map { $0 != "0" }
        lockedMemoryLimit = machine.read("/proc/self/limits")?.split(separator: "\n")
            .first { $0.hasPrefix("Max locked memory") }?.split(separator: " ").dropFirst(3).first.map(String.init)
        hasNetstat = machine.read("/proc/self/net/netstat") != nil
    }

    /// The version; nil when the release is none.
    var version: KernelVersion? { release.flatMap { KernelVersion(release: $0) } }
}
