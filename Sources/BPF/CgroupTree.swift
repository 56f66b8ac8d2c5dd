internal import CLibbpf
internal import Glibc

/// The control groups of this machine, by the kernel's number, which is the inode number of a group's directory.
public enum CgroupTree {
    /// The path of each group below the place where the tree (cgroup v2) is mounted, as `/system.slice/ssh.service`.
    ///
    /// Empty where it is not mounted; only what this process can see of it.
    public static func paths() -> [UInt64: String] {
        guard let mount = mountPoint() else { return [:] }
        var status = stat()
        guard unsafe stat(mount, &status) == 0 else { return [:] }
        var paths: [UInt64: String] = [UInt64(status.st_ino): "/"]
        var unread = [""]
        while let path = unread.popLast() {
            for (inode, name) in directories(in: mount + path) {
                paths[inode] = "\(path)/\(name)"
                unread.append("\(path)/\(name)")
            }
        }
        return paths
    }

    /// Where the tree is mounted: `/sys/fs/cgroup`, or beside the trees of version 1.
    private static func mountPoint() -> String? {
        guard let mounts = unsafe setmntent("/proc/self/mounts", "r") else { return nil }
        defer { _ = unsafe endmntent(mounts) }
        while let entry = unsafe getmntent(mounts) {
            if unsafe String(cString: entry.pointee.mnt_type) == "cgroup2" {
                return unsafe String(cString: entry.pointee.mnt_dir)
            }
        }
        return nil
    }

    /// The directories in a directory; none when it has gone.
    private static func directories(in path: String) -> [(inode: UInt64, name: String)] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var found: [(inode: UInt64, name: String)] = []
        while let entry = unsafe readdir(directory) {
            guard unsafe Int(entry.pointee.d_type) == DT_DIR else { continue }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." {
                unsafe found.append((UInt64(entry.pointee.d_ino), name))
            }
        }
        return found
    }
}
