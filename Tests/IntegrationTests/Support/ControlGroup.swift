import Foundation

/// A control group of the test's own; it ends with this object, once its processes have.
final class ControlGroup {
    /// Its path below the place where the tree is mounted.
    let path: String
    private let directory: String

    /// Makes a group whose name begins with `prefix`, in the tree of version 2.
    init(_ prefix: String) throws {
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        let line = mounts.split(separator: "\n").first { $0.split(separator: " ")[2] == "cgroup2" }
        guard let line else { throw Timeout(description: "no tree of control groups (cgroup2) is mounted") }
        path = "/\(prefix)\(UUID().uuidString)"
        directory = line.split(separator: " ")[1] + path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    }

    deinit {
        // The kernel takes a moment to see that the last process has gone.
        let end = ContinuousClock.now.advanced(by: .seconds(5))
        while unsafe rmdir(directory) != 0, errno == EBUSY, ContinuousClock.now < end {
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// The kernel's number of it.
    var identifier: UInt64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: directory)
        return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }

    /// Moves the process of `traffic` here: the sockets that it makes from now on are this group's.
    func add(_ traffic: Traffic) throws {
        try Data("\(traffic.processIdentifier)".utf8).write(to: URL(filePath: "\(directory)/cgroup.procs"))
    }
}
