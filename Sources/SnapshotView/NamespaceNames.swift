internal import System
internal import Workloads

/// Finds names for network namespaces, which have none of their own.
///
/// In this order: the host's; a name that `ip netns` shows; the container or unit that alone has processes in it, or
/// the pod that all of them belong to; the command of its first process.
struct NamespaceNames {
    /// Where processes are.
    var processes = "/proc"
    /// Where `ip netns` keeps names.
    var links = "/run/netns"

    /// The most processes and names that are read.
    private static let limit = 100_000
    /// The initial namespace of processes (PROC_PID_INIT_INO of the kernel): there, process 1 is the host's.
    private static let initial: UInt32 = 0xEFFF_FFFC

    /// What is known of the processes of a namespace.
    private struct Members {
        var command: String
        var workloads: Set<WorkloadIdentity> = []
    }

    /// The names of those of `wanted` for which there is one.
    ///
    /// - Parameters:
    ///   - wanted: The inode numbers of namespaces.
    ///   - workload: The name of a workload.
    /// - Returns: The names, by inode number; they may have any characters.
    func names(of wanted: Set<UInt32>, workload: (WorkloadIdentity) -> String) -> [UInt32: String] {
        var names: [UInt32: String] = [:]
        for name in entries(links) {
            guard let identifier = NetworkNamespace.identifier(of: "\(links)/\(name)") else { continue }
            names[identifier] = name
        }
        if NetworkNamespace.identifier(of: "\(processes)/1/ns/pid") == Self.initial,
            let host = NetworkNamespace.identifier(of: "\(processes)/1/ns/net")
        {
            names[host] = "host"
        }
        names = names.filter { wanted.contains($0.key) }
        let members = members(of: wanted.subtracting(names.keys))
        return names.merging(members.mapValues { Self.name(of: $0, workload) }) { known, _ in known }
    }

    private func members(of wanted: Set<UInt32>) -> [UInt32: Members] {
        guard !wanted.isEmpty else { return [:] }
        var found: [UInt32: Members] = [:]
        for process in entries(processes).compactMap({ Int32($0) }).sorted() {
            let path = "\(processes)/\(process)"
            guard let identifier = NetworkNamespace.identifier(of: "\(path)/ns/net"), wanted.contains(identifier)
            else { continue }
            if found[identifier] == nil { found[identifier] = Members(command: "\(text("\(path)/comm"))[\(process)]") }
            guard let group = text("\(path)/cgroup").split(separator: "\n").first(where: { $0.hasPrefix("0::") })
            else { continue }
            found[identifier]?.workloads.insert(WorkloadIdentity(path: String(group.dropFirst(3))))
        }
        return found
    }

    private static func name(of members: Members, _ workload: (WorkloadIdentity) -> String) -> String {
        // The processes that hold a namespace open are often those of the container's own tools, so all must agree.
        if let only = members.workloads.first, members.workloads.count == 1 {
            switch only {
            case .container, .pod, .unit: return workload(only)
            case .host, .path: break
            }
        }
        let pods = Set(members.workloads.map { $0.pod?.uid })
        if pods.count == 1, let pod = members.workloads.first?.pod { return workload(.pod(pod, path: "")) }
        return members.command
    }

    private func entries(_ path: String) -> [String] {
        (try? FileDescriptor(directory: path).names(limit: Self.limit)) ?? []
    }

    private func text(_ path: String) -> String {
        guard let file = try? FileDescriptor(file: path), let bytes = try? file.read(8192) else { return "" }
        return String(String(decoding: bytes, as: UTF8.self).trimmed)
    }
}
