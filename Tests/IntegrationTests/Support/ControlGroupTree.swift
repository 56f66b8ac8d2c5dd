import Foundation

/// Control groups with given paths, as systemd and container runtimes make them.
///
/// Those that this object has made are removed with it.
final class ControlGroupTree {
    /// The mount of the hierarchy of version 2.
    private let mount: String
    /// The paths in the order in which they were made.
    private var made: [String] = []

    /// Finds the hierarchy, and makes no group yet.
    init() throws {
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        let line = mounts.split(separator: "\n").first { $0.split(separator: " ")[2] == "cgroup2" }
        guard let line else { throw Timeout(description: "no tree of control groups (cgroup2) is mounted") }
        mount = String(line.split(separator: " ")[1])
    }

    deinit {
        for path in made.reversed() { remove(path) }
    }

    /// The directory of a group.
    func directory(_ path: String) -> String { mount + path }

    /// The kernel's number of a group.
    func identifier(_ path: String) throws -> UInt64 {
        let attributes = try FileManager.default.attributesOfItem(atPath: directory(path))
        return (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
    }

    /// Makes a group, and those above it that are missing.
    func make(_ path: String) throws {
        var parent = ""
        for name in path.split(separator: "/") {
            parent += "/\(name)"
            guard !FileManager.default.fileExists(atPath: directory(parent)) else { continue }
            try FileManager.default.createDirectory(atPath: directory(parent), withIntermediateDirectories: false)
            made.append(parent)
        }
    }

    /// Moves a process into a group, which is made if it is missing.
    ///
    /// The sockets that it makes from now on belong to the group.
    func move(_ process: Int32, to path: String) throws {
        try make(path)
        try move("\(process)", into: directory(path))
    }

    /// Moves the process of `traffic` into a group.
    func move(_ traffic: Traffic, to path: String) throws {
        try move(traffic.processIdentifier, to: path)
    }

    /// Removes a group; processes that are still in it go to the root.
    func remove(_ path: String) {
        let end = ContinuousClock.now.advanced(by: .seconds(5))
        // The kernel takes a moment to notice that the last process has ended.
        while unsafe rmdir(directory(path)) != 0, errno == EBUSY, ContinuousClock.now < end {
            let processes = try? String(contentsOfFile: directory(path) + "/cgroup.procs", encoding: .utf8)
            for process in (processes ?? "").split(separator: "\n") { try? move(String(process), into: mount) }
            Thread.sleep(forTimeInterval: 0.01)
        }
        made.removeAll { $0 == path }
    }

    private func move(_ process: String, into directory: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: "\(directory)/cgroup.procs"))
        try file.write(contentsOf: Data(process.utf8))
        try file.close()
    }
}

/// Ids as container runtimes and the kubelet make them, which no other group on the machine has.
enum ContainerNames {
    /// The id of a container: 64 digits.
    static func id() -> String { digits() + digits() }

    /// The UID of a pod.
    static func uid() -> String { UUID().uuidString.lowercased() }

    /// 32 digits, as the UID of a static pod has.
    static func digits() -> String { UUID().uuidString.lowercased().replacing("-", with: "") }
}
