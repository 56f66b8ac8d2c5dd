import Probes

extension ProbeError.Reason {
    /// What to do; nil if no remedy is known.
    var remedy: Check.Remedy? {
        switch self {
        case .denied: nil
        case .memory(let limit?): Check.Remedy("Raise the limit of that control group", "cat \(limit.file)")
        case .memory(nil): Check.Remedy("See what uses the memory", "free -h")
        case .lockdown: .lockdown
        case .compiler: .compiler
        case .oneNamespace: .ownScope
        case .refused: Check.Remedy("This is a defect of tcplens on this kernel: please report it", "uname -a")
        case .noTypes, .other: nil
        }
    }
}

extension Limitation.Cause {
    /// What to do.
    var remedy: Check.Remedy {
        switch self {
        case .version: Check.Remedy("A newer kernel has it")
        case .lockdown: .lockdown
        case .compiler: .compiler
        }
    }
}

extension Check.Remedy {
    /// How to let programs read the kernel's memory.
    static let lockdown = Check.Remedy("Boot with lockdown=integrity or without", "cat /proc/cmdline")
    /// What to choose where the sockets of other namespaces can't be counted.
    static let ownScope = Check.Remedy(
        "Observe this network namespace only, or each pod by an agent of its own",
        "tcplens run --scope self"
    )
    /// How to get cgroups of version 2.
    static let controlGroups = Check.Remedy(
        "Mount it, beside version 1 if that is there",
        "sudo mkdir -p /sys/fs/cgroup/unified && sudo mount -t cgroup2 none /sys/fs/cgroup/unified"
    )
    /// How to turn the BPF compiler on.
    static let compiler = Check.Remedy("Turn it on", "sudo sysctl -w net.core.bpf_jit_enable=1")
}
