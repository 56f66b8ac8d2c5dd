internal import System

/// The cgroups that exist or existed a short time ago, by id.
///
/// A cgroup is kept as its name and its parent. So memory does not grow with the depth of the tree, which may be
/// deep where users make cgroups.
struct CgroupIndex {
    private struct Node {
        /// The id of the cgroup above; 0 for that of a mount.
        var parent: UInt64
        /// The name of the directory, or the path of the mount's cgroup.
        var name: String
        /// The last walk that met it.
        var walk: UInt64
        /// When that was.
        var seen: ContinuousClock.Instant
    }

    /// The limits of a walk.
    struct Limits {
        /// How many cgroups are kept.
        var all = 65_536
        /// How many are read in one unit, pod or container, and in all that is below, so that none of them can use up
        /// the limit for all others.
        var delegated = 2048
        /// How long a cgroup is kept after it is gone: as long as its last connections are in TIME_WAIT, and more.
        var memory = Duration.seconds(120)
    }

    /// Whether the last walk has left out cgroups because of a limit.
    private(set) var isTruncated = false
    private let limits: Limits
    private var nodes: [UInt64: Node] = [:]
    private var mounts: [UInt64: CgroupTree.Mount] = [:]
    private var walk: UInt64 = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many cgroups are kept.
    var count: Int { nodes.count }

    /// Reads the cgroups of `mounts`.
    mutating func read(_ mounts: [CgroupTree.Mount], from source: CgroupSource, at now: ContinuousClock.Instant) {
        isTruncated = false
        walk &+= 1
        self.mounts = [:]
        var seen = 0
        for mount in mounts {
            guard let id = source.identifier(mount.path), self.mounts[id] == nil else { continue }
            self.mounts[id] = mount
            seen += read(id, mount, from: source, at: now, room: limits.all - seen)
        }
        guard nodes.count > seen else { return }
        // So many have gone that their memory is limited, too.
        let isFull = nodes.count > 2 * limits.all
        let oldest = now - limits.memory
        nodes = nodes.filter { isFull ? $0.value.walk == walk : $0.value.seen >= oldest }
    }

    /// Walks level by level, so that what is high in the tree is never left out.
    private mutating func read(
        _ root: UInt64,
        _ mount: CgroupTree.Mount,
        from source: CgroupSource,
        at now: ContinuousClock.Instant,
        room: Int
    ) -> Int {
        guard room > 0 else {
            isTruncated = true
            return 0
        }
        // A mount may show cgroups that another one has shown.
        guard nodes[root]?.walk != walk else { return 0 }
        nodes[root] = Node(parent: 0, name: mount.prefix, walk: walk, seen: now)
        var seen = 1
        // How many cgroups there is room for, in all and in each delegated part.
        var rooms = [room - 1]
        var level = [(id: root, path: "", room: 0)]
        while !level.isEmpty {
            var next: [(id: UInt64, path: String, room: Int)] = []
            for parent in level {
                let room = min(rooms[0], rooms[parent.room])
                guard room > 0 else {
                    isTruncated = true
                    continue
                }
                let children = source.children(mount.path + parent.path, room &+ 1)
                if children.count > room { isTruncated = true }
                for child in children.prefix(room) {
                    rooms[0] -= 1
                    if parent.room != 0 { rooms[parent.room] -= 1 }
                    guard add(child, below: parent.id, at: now) else { continue }
                    seen += 1
                    guard !child.isLeaf else { continue }
                    var room = parent.room
                    if room == 0, WorkloadIdentity.isDelegated(child.name[...]) {
                        room = rooms.count
                        rooms.append(limits.delegated)
                    }
                    next.append((child.identifier, "\(parent.path)/\(child.name)", room))
                }
            }
            level = next
        }
        return seen
    }

    /// Keeps a cgroup; `false` if this walk has met it already.
    private mutating func add(
        _ child: CgroupTree.Child,
        below parent: UInt64,
        at now: ContinuousClock.Instant
    ) -> Bool {
        let old = nodes[child.identifier]
        guard old?.walk != walk else { return false }
        // The old name is the same one, without another copy.
        let name = old.map { $0.name == child.name ? $0.name : child.name } ?? child.name
        nodes[child.identifier] = Node(parent: parent, name: name, walk: walk, seen: now)
        return true
    }

    /// Whether the last walk has met a cgroup.
    func exists(_ id: UInt64) -> Bool {
        nodes[id]?.walk == walk
    }

    /// The path of a cgroup; `nil` if it is not known.
    func path(of id: UInt64) -> String? {
        chain(of: id).map { root, names in
            let path = (nodes[root]?.name ?? "") + names.map { "/" + $0 }.joined()
            return path.isEmpty ? "/" : path
        }
    }

    /// The directory of a cgroup and how deep it is below its mount; `nil` if it is not visible.
    func directory(of id: UInt64) -> (path: String, mount: String)? {
        guard let (root, names) = chain(of: id), let mount = mounts[root] else { return nil }
        return (mount.path + names.map { "/" + $0 }.joined(), mount.path)
    }

    /// The cgroup of the mount, and the names from there.
    private func chain(of id: UInt64) -> (root: UInt64, names: [String])? {
        var (id, names): (UInt64, [String]) = (id, [])
        while let node = nodes[id] {
            if node.parent == 0 { return (id, names.reversed()) }
            names.append(node.name)
            id = node.parent
            // No path is longer (PATH_MAX), and each name has a slash.
            guard names.count < 2048 else { return nil }
        }
        return nil
    }
}
