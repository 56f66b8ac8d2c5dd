package import Metrics
internal import System

/// Finds the workload of a socket by the id of its cgroup.
///
/// A cgroup's id is the inode number of its directory in the mount of cgroup version 2. The kernel never uses an id
/// again, and a cgroup keeps its path as long as it exists. So an id is resolved once, and is known until
/// ``forget(_:)``, also when the cgroup is gone and sockets of it still exist.
///
/// ``refresh()`` belongs before each collection. It takes 2 to 4 ms with 1000 cgroups.
package struct WorkloadDirectory {
    private struct Cgroup {
        var path: String
        var identity: WorkloadIdentity
    }

    private struct Entry {
        /// How many known cgroups it has.
        var cgroups = 0
        /// The directories of its topmost cgroups, each with the path of the cgroup.
        var tops: [String: String] = [:]
        var names: KubernetesNames.Names?
        var attributes: Attributes
    }

    /// The id of the root cgroup.
    private static let root: UInt64 = 1
    /// The shortest time between two walks for cgroups that were not found.
    private static let pause = Duration.seconds(1)
    /// How many directories of one workload are listed.
    private static let directoryLimit = 256

    private let source: CgroupSource
    private let now: @Sendable () -> ContinuousClock.Instant
    private var names: KubernetesNames
    private var index: CgroupIndex
    private var mounts: [(mount: CgroupTree.Mount, identifier: UInt64)] = []
    private var known: [UInt64: Cgroup] = [:]
    private var workloads: [WorkloadIdentity: Entry] = [:]
    private var nextWalk: ContinuousClock.Instant

    /// Reads the cgroups that exist now.
    ///
    /// - Parameters:
    ///   - source: Where cgroups are read from.
    ///   - names: Where the names of pods are read from.
    ///   - now: The clock for the pause between walks.
    package init(
        source: CgroupSource = .system,
        names: KubernetesNames = KubernetesNames(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.init(source: source, names: names, limits: CgroupIndex.Limits(), now: now)
    }

    /// Reads with other limits, for tests.
    init(
        source: CgroupSource,
        names: KubernetesNames,
        limits: CgroupIndex.Limits,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        (self.source, self.names, self.now) = (source, names, now)
        index = CgroupIndex(limits: limits)
        nextWalk = now()
        refresh()
    }

    /// Which cgroups can be seen, as of the last ``refresh()``.
    package var visibility: CgroupVisibility {
        CgroupVisibility(of: mounts.map { $0.mount })
    }

    /// Whether there are more cgroups than are read; sockets of the others count for the host.
    package var isTruncated: Bool { index.isTruncated }

    /// Reads the cgroups and the names of pods again.
    package mutating func refresh() {
        let isUnchanged = mounts.allSatisfy { source.identifier($0.mount.path) == $0.identifier }
        if !isUnchanged || visibility == .none || !mounts.contains(where: { $0.mount.isWhole }) {
            mounts = source.mounts().compactMap { mount in
                source.identifier(mount.path).map { (mount, $0) }
            }
        }
        let now = now()
        index.read(mounts.map { $0.mount }, from: source, at: now)
        nextWalk = now + Self.pause
        if names.refresh() { updateNames() }
    }

    /// Names that are gone are kept, because they are still true of a workload that is known.
    private mutating func updateNames() {
        for (identity, entry) in workloads {
            guard let names = names.names(of: identity), names != entry.names else { continue }
            workloads[identity]?.names = names
            workloads[identity]?.attributes = identity.attributes(names)
        }
    }

    /// The workload of a cgroup; the host for the root cgroup and for one that is not known.
    ///
    /// An id that is not known lets the tree be read again, at most once a second.
    package mutating func identity(of cgroup: UInt64) -> WorkloadIdentity {
        resolve(cgroup)?.identity ?? .host
    }

    /// The path of a cgroup, such as `/system.slice/ssh.service`; `nil` if it is not known.
    package func path(of cgroup: UInt64) -> String? {
        known[cgroup]?.path ?? index.path(of: cgroup)
    }

    private mutating func resolve(_ cgroup: UInt64) -> Cgroup? {
        guard cgroup > Self.root else { return nil }
        if let found = known[cgroup] { return found }
        var path = index.path(of: cgroup)
        if path == nil, now() >= nextWalk {
            refresh()
            path = index.path(of: cgroup)
        }
        guard let path else { return nil }
        // The root of a cgroup namespace has that path, too, but it is not the machine's.
        let found = Cgroup(path: path, identity: path == "/" ? .path(path) : WorkloadIdentity(path: path))
        guard found.identity != .host else { return nil }
        known[cgroup] = found
        add(cgroup, found)
        return found
    }

    private mutating func add(_ cgroup: UInt64, _ found: Cgroup) {
        let names = names.names(of: found.identity)
        var entry = workloads[found.identity] ?? Entry(names: names, attributes: found.identity.attributes(names))
        entry.cgroups += 1
        if let (directory, mount) = index.directory(of: cgroup) {
            // The topmost cgroup is as many levels up as its path is shorter, unless that is above the mount.
            let top = WorkloadIdentity.top(of: found.path)
            let length = directory.utf8.count - found.path.utf8.count + top.utf8.count
            if length >= mount.utf8.count, found.path != "/" {
                entry.tops[String(decoding: directory.utf8.prefix(length), as: UTF8.self)] = top
            } else {
                entry.tops[mount] = String(
                    decoding: found.path.utf8.dropLast(directory.utf8.count - mount.utf8.count),
                    as: UTF8.self
                )
            }
        }
        workloads[found.identity] = entry
    }

    /// Whether the directory of a cgroup was there at the last ``refresh()``.
    package func exists(_ cgroup: UInt64) -> Bool {
        cgroup == Self.root || index.exists(cgroup)
    }

    /// Drops what is kept of a cgroup that nobody asks for again.
    package mutating func forget(_ cgroup: UInt64) {
        guard let identity = known.removeValue(forKey: cgroup)?.identity, var entry = workloads[identity] else {
            return
        }
        entry.cgroups -= 1
        workloads[identity] = entry.cgroups > 0 ? entry : nil
    }

    /// The attributes of a workload's resource; without the names of its pod if no cgroup of it is known.
    ///
    /// Names may be added later, because the kubelet makes the links of a container's log after its cgroup.
    package func attributes(of workload: WorkloadIdentity) -> Attributes {
        workloads[workload]?.attributes ?? workload.attributes(names.names(of: workload))
    }

    /// How many cgroups and workloads are kept, for tests.
    var counts: (known: Int, workloads: Int, index: Int) { (known.count, workloads.count, index.count) }
}

/// What a workload consists of now.
extension WorkloadDirectory {
    /// The directories of a workload's cgroups that exist now, each with its files; empty if no cgroup of it is known.
    ///
    /// Threaded cgroups are left out: they have no list of processes (`cgroup-v2`, "Threads"). Their processes are in
    /// the list of the cgroup above. Of the host only the root cgroup is listed.
    package func directories(of workload: WorkloadIdentity) -> [String] {
        if workload == .host {
            return mounts.filter { $0.mount.isWhole }.map { $0.mount.path }
        }
        var directories: [String] = []
        var unread = (workloads[workload]?.tops ?? [:]).map { (directory: $0.key, path: $0.value) }
        while let next = unread.popLast(), directories.count < Self.directoryLimit {
            guard source.identifier(next.directory) != nil else { continue }
            if source.text(next.directory + "/cgroup.type")?.hasPrefix("threaded") != true {
                directories.append(next.directory)
            }
            // Each of the cgroups below a path is a workload of its own.
            if case .path = workload { continue }
            for child in source.children(next.directory, Self.directoryLimit) {
                let path = "\(next.path)/\(child.name)"
                if WorkloadIdentity(path: path) == workload {
                    unread.append(("\(next.directory)/\(child.name)", path))
                }
            }
        }
        return directories
    }

    /// The processes of a workload, at most `limit`; those of another process namespace can't be seen.
    package func processes(of workload: WorkloadIdentity, limit: Int = 4096) -> [Int32] {
        var processes: [Int32] = []
        for directory in directories(of: workload) {
            let text = source.text(directory + "/cgroup.procs") ?? ""
            processes += text.split(separator: "\n").prefix(limit - processes.count).compactMap { Int32($0) }
                .filter { $0 > 0 }
            if processes.count >= limit { break }
        }
        return processes
    }
}
