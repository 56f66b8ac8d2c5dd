internal import CPlatform
internal import Glibc

/// The cgroups of this machine (version 2), by id, which is the inode number of the cgroup's directory.
package enum CgroupTree {
    /// A mount of the tree, or of a part of it.
    package struct Mount: Hashable, Sendable {
        /// Where it is mounted.
        package var path: String
        /// The path of the cgroup at the mount; empty for the root cgroup.
        package var prefix: String
        /// Whether it begins with the root cgroup, and so shows every cgroup.
        package var isWhole: Bool

        /// Creates a mount.
        package init(path: String, prefix: String = "", isWhole: Bool = true) {
            (self.path, self.prefix, self.isWhole) = (path, prefix, isWhole)
        }
    }

    /// The id of the root cgroup.
    private static let root: UInt64 = 1
    /// The type of the file system in `statfs(2)` (CGROUP2_SUPER_MAGIC).
    private static let fileSystem = 0x6367_7270

    /// The mounts to read the cgroups from: one that shows all of them, or else each that shows a part.
    ///
    /// There may be several: a container may have a mount of its own, which only shows a part, beside that of the
    /// machine.
    package static func mounts() -> (used: [Mount], others: [Mount]) {
        choose(among: visibleMounts())
    }

    /// Chooses the mount that shows every cgroup, or all of `mounts` if there is none.
    package static func choose(among mounts: [Mount]) -> (used: [Mount], others: [Mount]) {
        guard let whole = mounts.first(where: \.isWhole) else { return (mounts, []) }
        return ([whole], mounts.filter { $0 != whole })
    }

    /// The path of each cgroup that this process can see, such as `/system.slice/ssh.service`.
    ///
    /// The root cgroup is always included, because no mount is needed to know it.
    package static func paths() -> [UInt64: String] {
        var paths: [UInt64: String] = [:]
        for mount in mounts().used {
            paths.merge(self.paths(in: mount)) { first, _ in first }
        }
        if paths[root] == nil {
            // In a cgroup namespace the namespace's root already has that path.
            paths[root] = paths.values.contains("/") ? "/.." : "/"
        }
        return paths
    }

    private static func paths(in mount: Mount) -> [UInt64: String] {
        guard let inode = identifier(of: mount.path) else { return [:] }
        var paths = [inode: mount.prefix.isEmpty ? "/" : mount.prefix]
        var unread = [""]
        while let path = unread.popLast() {
            for child in children(of: mount.path + path) {
                paths[child.identifier] = "\(mount.prefix)\(path)/\(child.name)"
                if !child.isLeaf { unread.append("\(path)/\(child.name)") }
            }
        }
        return paths
    }

    private static func visibleMounts() -> [Mount] {
        var mounts: [Mount] = []
        for mount in MountInfo.parse(readMountInfo()) where mount.type == "cgroup2" {
            // Another file system may have been mounted over it.
            guard let inode = identifier(of: mount.path) else { continue }
            let prefix = mount.root == "/" || inode == root ? "" : mount.root
            // The last mount at a directory hides the others.
            mounts.removeAll { $0.path == mount.path }
            mounts.append(Mount(path: mount.path, prefix: prefix, isWhole: inode == root))
        }
        return mounts
    }

    /// The id of the cgroup whose directory is `path`; `nil` if that is not the directory of a cgroup.
    package static func identifier(of path: String) -> UInt64? {
        var system = statfs()
        var status = stat()
        guard unsafe statfs(path, &system) == 0, Int(system.f_type) == fileSystem,
            unsafe stat(path, &status) == 0
        else { return nil }
        return UInt64(status.st_ino)
    }

    private static func readMountInfo() -> String {
        let file = unsafe open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(file, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }

    /// A cgroup in the directory of its parent.
    package struct Child: Hashable, Sendable {
        /// Its id.
        package var identifier: UInt64
        /// The name of its directory; bytes that are not UTF-8 are replaced.
        package var name: String
        /// Whether it has no cgroups of its own.
        package var isLeaf: Bool

        /// Creates a child.
        package init(identifier: UInt64, name: String, isLeaf: Bool) {
            (self.identifier, self.name, self.isLeaf) = (identifier, name, isLeaf)
        }
    }

    /// The cgroups directly below that of a directory, at most `limit`; none if the directory no longer exists.
    package static func children(of path: String, limit: Int = .max) -> [Child] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var found: [Child] = []
        while found.count < limit, let entry = unsafe readdir(directory) {
            guard unsafe Int(entry.pointee.d_type) == DT_DIR else { continue }
            let child = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    unsafe Child(
                        identifier: UInt64(entry.pointee.d_ino),
                        name: String(cString: name),
                        isLeaf: isLeaf(name, in: dirfd(directory))
                    )
                }
            }
            if child.name != ".", child.name != ".." { found.append(child) }
        }
        return found
    }

    /// Whether a directory has no directories.
    ///
    /// The kernel counts them in the number of links (kernfs, `kernfs_refresh_inode`). One call for each leaf instead
    /// of reading its directory makes a walk over 1000 cgroups six times faster.
    private static func isLeaf(_ name: UnsafePointer<CChar>, in directory: CInt) -> Bool {
        var status = stat()
        return unsafe fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_nlink == 2
    }
}
