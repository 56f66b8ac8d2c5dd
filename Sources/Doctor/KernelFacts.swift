import Confinement
import Resource
import System

/// Facts about the kernel and this process, from files.
struct KernelFacts: Sendable {
    /// The release, such as `6.1.0-44-amd64`; nil if /proc does not show it.
    var release: String?
    /// The capabilities of this process.
    var capabilities: CapabilitySet
    /// The mode of the system call filter: 0 means no filter (`seccomp(2)`).
    var seccompMode: Int?
    /// Whether this process is in a user namespace other than the initial one, where capabilities have less effect.
    var isInUserNamespace: Bool
    /// The mounted file systems.
    var mounts: [MountInfo]
    /// The lockdown mode: `none`, `integrity` or `confidentiality`; nil if unknown.
    var lockdown: String?
    /// Whether programs are compiled rather than interpreted; nil if unknown.
    var isCompiled: Bool?
    /// How much memory this process may lock: `unlimited`, or bytes; nil if unknown.
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
        // The initial namespace maps all IDs.
        let mapping = line("/proc/self/uid_map")?.split(separator: " ")
        isInUserNamespace = mapping.map { $0 != ["0", "0", "4294967295"] } ?? false
        mounts = MountInfo.parse(machine.read("/proc/self/mountinfo") ?? "")
        // The active mode is in brackets.
        lockdown = line("/sys/kernel/security/lockdown")?.split(separator: "[").last?.split(separator: "]").first
            .map(String.init)
        isCompiled = line("/proc/sys/net/core/bpf_jit_enable").map { $0 != "0" }
        lockedMemoryLimit = machine.read("/proc/self/limits")?.split(separator: "\n")
            .first { $0.hasPrefix("Max locked memory") }?.split(separator: " ").dropFirst(3).first.map(String.init)
        hasNetstat = machine.read("/proc/self/net/netstat") != nil
    }

    /// The version; nil if the release can't be parsed.
    var version: KernelVersion? { release.flatMap { KernelVersion(release: $0) } }
}
