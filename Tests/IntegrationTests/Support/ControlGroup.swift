import Foundation

/// A control group for a test.
///
/// It is removed with this object, after its processes have ended.
final class ControlGroup {
    /// Its path below the mount of the hierarchy.
    let path: String
    private let directory: String

    /// Makes a group whose name begins with `prefix`, in the hierarchy of version 2.
    init(_ prefix: String) throws {
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        let line = mounts.split(separator: "\n").first { $0.split(separator: " ")[2] == "cgroup2" }
        guard let line else { throw Timeout(description: "no tree of control groups (cgroup2) is mounted") }
        path = "/\(prefix)\(UUID().uuidString)"
        directory = line.split(separator: " ")[1] + path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    }

    deinit {
        // The kernel takes a moment to notice that the last process has ended.
        let end = ContinuousClock.now.advanced(by: .seconds(5))
        while unsafe rmdir(directory) != 0, errno == EBUSY, ContinuousClock.now < end {
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// The kernel's number of the group.
    var identifier: UInt64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: directory)
        return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }

    /// Moves the process of `traffic` into the group, to which the sockets that it makes from now on belong.
    func add(_ traffic: Traffic) throws {
        try Data("\(traffic.processIdentifier)".utf8).write(to: URL(filePath: "\(directory)/cgroup.procs"))
    }
}
