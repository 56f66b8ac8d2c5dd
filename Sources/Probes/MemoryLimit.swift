internal import BPF
internal import FoundationEssentials
internal import System

/// How much memory a cgroup allows this process.
///
/// BPF maps count for it.
package struct MemoryLimit: Codable, Hashable, Sendable {
    /// The cgroup.
    package var group: String
    /// The file that has the limit.
    package var file: String
    /// The limit.
    package var bytes: UInt64

    /// Greater limits mean "unlimited"; version 1 uses a large number for that.
    private static let unlimited: UInt64 = 1 << 60

    /// Creates a limit.
    package init(group: String, file: String, bytes: UInt64) {
        (self.group, self.file, self.bytes) = (group, file, bytes)
    }

    /// The smallest limit of the cgroups that this process is in; `nil` if none is visible.
    static func smallest(read: (String) -> String? = read) -> MemoryLimit? {
        let mounts = MountInfo.parse(read("/proc/self/mountinfo") ?? "")
        var limits: [MemoryLimit] = []
        for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 else { continue }
            let isSecond = fields[1].isEmpty
            guard isSecond || fields[1].split(separator: ",").contains("memory") else { continue }
            let mount = mounts.first { mount in
                isSecond
                    ? mount.type == "cgroup2" : mount.type == "cgroup" && mount.options.contains("memory")
            }
            guard let mount else { continue }
            limits += limitsOf(fields[2], mount, isSecond ? "memory.max" : "memory.limit_in_bytes", read)
        }
        return limits.min { $0.bytes < $1.bytes }
    }

    /// The limits of a cgroup and its ancestors.
    private static func limitsOf(_ path: String, _ mount: MountInfo, _ file: String, _ read: (String) -> String?)
        -> [MemoryLimit]
    {
        // In a container, the mount may begin at the container's own cgroup.
        var group = path.hasPrefix(mount.root) && mount.root != "/" ? String(path.dropFirst(mount.root.count)) : path
        var limits: [MemoryLimit] = []
        while true {
            let place = mount.path + (group == "/" ? "" : group) + "/" + file
            if let bytes = read(place).flatMap({ UInt64($0.prefix { $0.isNumber }) }), bytes < unlimited {
                limits.append(MemoryLimit(group: group.isEmpty ? "/" : group, file: place, bytes: bytes))
            }
            guard let slash = group.lastIndex(of: "/"), group != "/" else { return limits }
            group = String(group[..<slash])
        }
    }

    static func read(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
