import Confinement
import Probes
import System

/// The checks of the kernel, and of what it lets this process do.
struct KernelChecks {
    /// The facts about the kernel.
    var facts: KernelFacts
    /// The path of this program, for commands to copy.
    var program: String

    /// The architecture that this program was built for.
    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #else
            "of another architecture"
        #endif
    }

    /// The checks.
    ///
    /// `trial` is the result of loading the programs.
    func checks(_ trial: ProgramTrial) -> [Check] {
        var checks = [proc, version, types(trial), capabilities(trial), memory]
        checks += [processors(trial), lockdown(trial), systemCallFilter(trial), compiler(trial)].compactMap(\.self)
        return checks
    }

    private var proc: Check {
        facts.hasNetstat
            ? .ok("proc", "mounted, with the counters of this network namespace")
            : .warning(
                "proc",
                "/proc/self/net/netstat can't be read: no overflows, drops, closed windows, aborts and SYN cookies",
                Check.Remedy("Mount all of /proc", "sudo mount -t proc proc /proc")
            )
    }

    private var version: Check {
        let release = facts.release ?? "of an unknown release"
        let found = "Linux \(release), \(Self.architecture)"
        guard let version = facts.version, version < .oldest else { return .ok("kernel", found) }
        return .warning(
            "kernel",
            "\(found); older than \(KernelVersion.oldest), the oldest supported kernel",
            Check.Remedy("Use a newer kernel")
        )
    }

    private func types(_ trial: ProgramTrial) -> Check {
        guard let error = trial.typesError else { return .ok("BTF", KernelTypes.path) }
        // The mount that hides it, if there is one.
        if let cover = facts.mounts.cover(of: KernelTypes.path, below: "/sys") {
            return .failed(
                "BTF",
                "\(KernelTypes.path) is hidden: \(cover.type) is mounted over \(cover.path)",
                Check.Remedy("Take that mount away", "sudo umount \(cover.path)")
            )
        }
        guard facts.mounts.path(ofType: "sysfs") != nil else {
            return .failed(
                "BTF",
                "there is no \(KernelTypes.path), as /sys is not mounted",
                Check.Remedy("Mount it; in a container, let the runtime do so", "sudo mount -t sysfs sysfs /sys")
            )
        }
        return .failed(
            "BTF",
            error,
            Check.Remedy(
                "The kernel must be built with CONFIG_DEBUG_INFO_BTF=y, as those of distributions are",
                "grep CONFIG_DEBUG_INFO_BTF /boot/config-$(uname -r)"
            )
        )
    }

    /// The capabilities that are worth mentioning.
    private static let named: [Capability] = [.netBindService, .sysAdmin, .sysResource, .perfmon, .bpf]

    private func capabilities(_ trial: ProgramTrial) -> Check {
        let missing = facts.capabilities.missing
        let held = Self.named.filter { facts.capabilities.contains($0) }.map(\.name)
        let found = held.isEmpty ? "none of those that matter here is held" : "\(held.joined(separator: ", ")) held"
        guard !missing.isEmpty else {
            guard trial.isDenied, facts.isInUserNamespace else { return .ok("capabilities", found) }
            return .failed(
                "capabilities",
                "\(found), but in a user namespace, where they have no effect on BPF",
                Check.Remedy(
                    "Run it in the machine's own user namespace: without unshare, or in a container that is not rootless"
                )
            )
        }
        let lack = "\(missing.map(\.name).joined(separator: " and ")) missing; \(found)"
        // A process with a BPF token needs no capabilities.
        guard trial.isDenied || trial.typesError != nil else { return .ok("capabilities", lack) }
        return .failed(
            "capabilities",
            lack,
            Check.Remedy(
                "Run it as root, or give the program both; in a container, add BPF and PERFMON",
                "sudo setcap cap_bpf,cap_perfmon+ep \(program)"
            )
        )
    }

    private var memory: Check {
        let limit = facts.lockedMemoryLimit.flatMap { Int($0) }
        guard let version = facts.version, version < .withoutMemoryLimit, let limit else {
            return .ok("locked memory", "no limit applies to programs here")
        }
        guard limit < 1 << 26, !facts.capabilities.contains(.sysResource) else {
            return .ok("locked memory", "limited to \(limit) bytes, which tcplens may raise")
        }
        return .warning(
            "locked memory",
            "limited to \(limit) bytes, which kernels before \(KernelVersion.withoutMemoryLimit) count maps against",
            Check.Remedy("Raise the limit (LimitMEMLOCK=infinity in a unit of systemd)", "ulimit -l unlimited")
        )
    }

    private func lockdown(_ trial: ProgramTrial) -> Check? {
        guard let lockdown = facts.lockdown else { return nil }
        guard lockdown == "confidentiality" else { return .ok("lockdown", lockdown) }
        let found = "confidentiality: programs may not read the kernel's memory"
        guard !trial.isDenied, trial.reason != .lockdown else { return .failed("lockdown", found, .lockdown) }
        let others = trial.others.filter { $0.reason == .lockdown }.map { "'tcplens \($0.command)'" }
        guard others.isEmpty else {
            return .warning("lockdown", "\(found), so \(others.joined(separator: ", ")) does not work", .lockdown)
        }
        guard !trial.limitations.contains(where: { $0.cause == .lockdown }) else {
            return .warning("lockdown", "\(found), so something is missing, as shown below", .lockdown)
        }
        return .ok("lockdown", found + ", which these do not need")
    }

    /// A file that differs from the kernel's number harms programs that trust it.
    private func processors(_ trial: ProgramTrial) -> Check? {
        guard let processors = trial.processors, processors.counted != processors.shown else { return nil }
        let shown = processors.shown.map { "says \($0)" } ?? "can't be read"
        return .warning(
            "processors",
            "the kernel counts for \(processors.counted), but \(ProcessorCount.path) \(shown); "
                + "tcplens uses the kernel's number",
            Check.Remedy("See what is mounted over it", "grep -e cpu -e ' /sys' /proc/self/mountinfo")
        )
    }

    private func systemCallFilter(_ trial: ProgramTrial) -> Check? {
        guard let mode = facts.seccompMode else { return nil }
        guard mode != 0 else { return .ok("seccomp", "no filter") }
        guard trial.isDenied, facts.capabilities.missing.isEmpty else {
            return .ok("seccomp", "system calls are filtered" + (trial.isDenied ? "" : ", and bpf() gets through"))
        }
        return .failed(
            "seccomp",
            "system calls are filtered, so bpf() may be refused whatever the capabilities are",
            Check.Remedy(
                "Allow bpf in the container's seccomp profile",
                "docker run --cap-add BPF --cap-add PERFMON --security-opt seccomp=unconfined …"
            )
        )
    }

    private func compiler(_ trial: ProgramTrial) -> Check? {
        // Only the initial network namespace has the file.
        guard facts.isCompiled == false || (facts.isCompiled == nil && trial.isInterpreted) else { return nil }
        return .warning(
            "BPF compiler",
            "off: programs are interpreted, so observing costs each connection more",
            .compiler
        )
    }
}
