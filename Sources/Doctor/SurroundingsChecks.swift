import CPlatform
import FoundationEssentials
import Probes
import System

/// The checks of the agent's surroundings: file systems, cgroups, containers, the clock.
struct SurroundingsChecks {
    /// The mounted file systems.
    var mounts: [MountInfo]
    /// Where the hierarchy of cgroups version 2 is visible.
    var controlGroups: ControlGroups?
    /// Whether something is to be pinned.
    var isPinning = false
    /// Whether a file exists.
    var exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    /// Whether the clock is synchronised; nil if that is unknown.
    var isSynchronized: Bool? = [0: false, 1: true][CPlatform_isClockSynchronized()]

    /// The default paths of container runtimes' sockets.
    private static let runtimes: KeyValuePairs<String, String> = [
        "containerd": "/run/containerd/containerd.sock",
        "Docker": "/run/docker.sock",
        "CRI-O": "/run/crio/crio.sock",
        "Podman": "/run/podman/podman.sock",
        "k3s": "/run/k3s/containerd/containerd.sock",
    ]

    /// The checks.
    ///
    /// None of them can stop `run` from working.
    var checks: [Check] {
        [bpfFileSystem, traceFileSystem, containerNames, containerRuntime, clock]
    }

    private var bpfFileSystem: Check {
        let found = mounts.path(ofType: "bpf").map { "mounted at \($0)" } ?? "not mounted"
        return .ok("bpffs", isPinning ? found : "\(found); not needed")
    }

    private var traceFileSystem: Check {
        .ok("tracefs", (mounts.path(ofType: "tracefs") == nil ? "not mounted" : "mounted") + "; not needed")
    }

    private var containerNames: Check {
        let groups = controlGroups ?? mounts.path(ofType: "cgroup2").map { ControlGroups(used: [$0]) }
        if let groups, !groups.used.isEmpty {
            var words = ["version 2 at \(groups.used.joined(separator: ", "))"]
            if mounts.path(ofType: "cgroup") != nil { words.append("beside version 1") }
            if !groups.others.isEmpty {
                words.append("which shows all groups, those at \(groups.others.joined(separator: ", ")) too")
            }
            if !groups.isWhole {
                words.append("only some of the groups; the others are shown by number")
            }
            return .ok("cgroups", words.joined(separator: ", "))
        }
        return .warning(
            "cgroups",
            "version 2 is not mounted: 'tcplens trace' can't name containers",
            .controlGroups
        )
    }

    private var containerRuntime: Check {
        let found = Self.runtimes.filter { exists($0.value) }.map { "\($0.key) (\($0.value))" }
        return .ok("container runtime", found.isEmpty ? "none at the usual places" : found.joined(separator: ", "))
    }

    private var clock: Check {
        guard isSynchronized == false else {
            return .ok("clock", isSynchronized == nil ? "whether it is synchronized is unknown" : "synchronized")
        }
        return .warning(
            "clock",
            "not synchronized: backends may reject points whose time seems to be in the past or future",
            Check.Remedy(
                "Synchronize it, for example with chrony or systemd-timesyncd",
                "sudo timedatectl set-ntp true"
            )
        )
    }
}
