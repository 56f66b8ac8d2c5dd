import Foundation
import System

/// A cgroup for a test, which is removed with all below.
final class CgroupFolder {
    /// Where the tree is mounted.
    let mount: String
    /// Its path in the tree.
    let path: String

    /// Makes one with a name that nobody else has.
    init(suffix: String = "") throws {
        guard let mount = CgroupTree.mounts().used.first(where: \.isWhole)?.path else { throw POSIXError(.ENODEV) }
        self.mount = mount
        path = "/tcplens-\(UUID().uuidString)\(suffix)"
        try FileManager.default.createDirectory(atPath: mount + path, withIntermediateDirectories: false)
    }

    deinit {
        remove()
    }

    /// Makes a cgroup below, and returns its id.
    func make(_ name: String) throws -> UInt64 {
        let directory = mount + path + name
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var status = stat()
        guard unsafe stat(directory, &status) == 0 else { throw POSIXError(.ENOENT) }
        return UInt64(status.st_ino)
    }

    /// Removes it.
    func remove() {
        var directories = [mount + path]
        var next = 0
        while next < directories.count {
            let directory = directories[next]
            directories += CgroupTree.children(of: directory).map { "\(directory)/\($0.name)" }
            next += 1
        }
        for directory in directories.reversed() {
            // The kernel takes a moment to notice that the last process has ended.
            let end = ContinuousClock.now.advanced(by: .seconds(5))
            while unsafe rmdir(directory) != 0, errno == EBUSY, ContinuousClock.now < end {
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
    }
}

/// A process in a cgroup that does nothing.
final class Sleeper {
    private let process = Process()

    /// Starts it in the cgroup of a directory.
    init(in directory: String) throws {
        process.executableURL = URL(filePath: "/bin/sleep")
        process.arguments = ["1000"]
        try process.run()
        try Data("\(process.processIdentifier)".utf8).write(to: URL(filePath: directory + "/cgroup.procs"))
    }

    deinit {
        end()
    }

    /// Its process id.
    var processIdentifier: Int32 { process.processIdentifier }

    /// Kills it, and waits until it has ended.
    func end() {
        // The mask of blocked signals may be inherited.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
