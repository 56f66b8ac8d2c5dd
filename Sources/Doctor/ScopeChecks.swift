import ApplicationResources
import Probes
import System
import Workloads

/// The checks of whose connections are observed, and distinguished.
///
/// None of them can stop `run` from working: where a scope can't be had, loading the programs fails.
struct ScopeChecks {
    /// What `run` would observe.
    var options: TCPProbes.Options
    /// The result of loading the programs.
    var trial: ProgramTrial
    /// The mounted file systems.
    var mounts: [MountInfo]
    /// Which cgroups can be seen.
    var visibility: CgroupVisibility
    /// Whether this process is in a cgroup namespace of its own.
    var isInCgroupNamespace = false
    /// Which processes can be asked; nil if none is.
    var access: ProcessAccess?
    /// Whether this is a node of Kubernetes, and if so, whether the directories of logs are visible.
    var seesPodNames: Bool?

    /// The directory that has the names of pods.
    static let podNames = "/var/log/pods"

    /// The checks; empty if programs can't be loaded.
    var checks: [Check] {
        guard trial.typesError == nil, trial.programsError == nil else { return [] }
        return [walk, scope, attribution, applications, pods].compactMap(\.self)
    }

    /// Where it does not work, the reason is among what is missing here.
    private var walk: Check? {
        guard trial.walks == true else { return nil }
        return .ok("walk", "sockets are counted without locks, with the same result as the kernel's iterator")
    }

    private var scope: Check {
        guard options.scope == .own else { return .ok("scope", "node: all network namespaces of this machine") }
        let own = "self: this network namespace"
        return switch trial.node {
        case .works: .ok("scope", "\(own); --scope node would work, too")
        case .refused(let why): .ok("scope", "\(own); --scope node would not work: \(why)")
        case nil: .ok("scope", own)
        }
    }

    private var attribution: Check? {
        guard let limit = options.attribution?.limit else { return nil }
        let name = "workloads"
        switch visibility {
        case .whole(let mount):
            let found = "distinguished by the cgroups at \(mount), at most \(limit)"
            guard mounts.path(ofType: "cgroup") != nil else { return .ok(name, found) }
            return .ok(name, "\(found); containers with cgroups of version 1 only count for the unit of their runtime")
        case .part(let places):
            let reason = isInCgroupNamespace ? ", as tcplens is in a cgroup namespace of its own" : ""
            return .warning(
                name,
                "only the cgroups at \(places.joined(separator: ", ")) are visible\(reason): the sockets of all others "
                    + "count for the host",
                Check.Remedy(
                    "Show it the host's: in Kubernetes mount /sys/fs/cgroup (hostPath, read-only)",
                    "docker run --cgroupns=host …"
                )
            )
        case .none:
            let version = mounts.path(ofType: "cgroup") == nil ? "no cgroups are mounted" : "only version 1 is mounted"
            return .warning(
                name,
                "can't be distinguished: \(version), and sockets have a cgroup of version 2; all count for the host",
                .controlGroups
            )
        }
    }

    private var applications: Check? {
        guard let access, options.attribution?.asksApplications == true else { return nil }
        let name = "application resources"
        guard !access.isComplete else { return .ok(name, access.summary) }
        return .warning(
            name,
            ([access.summary] + access.reasons).joined(separator: "; "),
            Check.Remedy(
                "Give it CAP_SYS_PTRACE and the host's processes (hostPID: true in Kubernetes), or --application-resource off",
                "docker run --pid=host --cap-add SYS_PTRACE …"
            )
        )
    }

    private var pods: Check? {
        guard let seesPodNames, options.attribution != nil else { return nil }
        let name = "names of pods"
        guard !seesPodNames else { return .ok(name, "from \(Self.podNames)") }
        return .ok(
            name,
            "\(Self.podNames) is not visible, so pods have their UID only; mount it, or let k8sattributes add the names"
        )
    }
}

extension ScopeChecks {
    /// Examines the machine.
    ///
    /// Blocks the thread.
    ///
    /// - Parameters:
    ///   - options: What `run` would observe.
    ///   - trial: The result of loading the programs.
    ///   - mounts: The mounted file systems.
    ///   - isKubernetes: Whether the environment says that this is a pod of Kubernetes.
    ///   - exists: Whether a file exists.
    /// - Returns: The checks.
    static func examine(
        _ options: TCPProbes.Options,
        _ trial: ProgramTrial,
        mounts: [MountInfo],
        isKubernetes: Bool,
        exists: (String) -> Bool
    ) -> ScopeChecks {
        let places = CgroupTree.mounts().used
        let ofPods = places.flatMap { ["\($0.path)/kubepods", "\($0.path)/kubepods.slice"] }
        let isNode = isKubernetes || (ofPods + [podNames]).contains(where: exists)
        let asks = options.attribution?.asksApplications == true
        return ScopeChecks(
            options: options,
            trial: trial,
            mounts: mounts,
            visibility: CgroupVisibility(of: places),
            isInCgroupNamespace: NetworkNamespace.identifier(of: "/proc/self/ns/cgroup") != initialCgroups,
            access: asks ? ProcessAccess.examine() : nil,
            seesPodNames: isNode ? exists(podNames) : nil
        )
    }

    /// The initial cgroup namespace (PROC_CGROUP_INIT_INO of the kernel).
    private static let initialCgroups: UInt32 = 0xEFFF_FFFB
}
