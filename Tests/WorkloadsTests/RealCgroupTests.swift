import Foundation
import Metrics
import System
import Testing

@testable import Workloads

/// Real directories in the machine's own tree, with every naming scheme.
@Suite(.enabled(if: geteuid() == 0, "skipped: needs root")) struct RealCgroupTests {
    private static let id = "49f9e8e5395d57c1083996c09e2e6f042d5fe1ec0310facab32f94912b35ce59"
    private static let uid = "2942c55e-c9cb-428a-93f4-eaf89c1f3ce0"

    private let parent: CgroupFolder

    init() throws {
        parent = try CgroupFolder()
    }

    @Test func `every naming scheme is found by the inode of its directory`() throws {
        // Each below a directory of its own, because two of them have the same name.
        let paths = ContainerVector.all.enumerated().map { number, vector in
            (path: "/\(number)" + vector.path.replacing("/..", with: ""), vector: vector)
        }
        let others = ["/system.slice/sshd.service", "/init.scope", "/user.slice/user@1000.service/a.slice/b.service"]
        let made = try (paths.map(\.path) + others).map { try parent.make($0) }
        var directory = WorkloadDirectory()
        #expect(directory.visibility == .whole(parent.mount))
        for ((path, vector), cgroup) in zip(paths, made) {
            #expect(directory.path(of: cgroup) == parent.path + path)
            let container = directory.identity(of: cgroup).container
            #expect(container?.id == vector.id, "\(path)")
            #expect(container?.runtime == vector.runtime, "\(path)")
            #expect(container?.pod?.uid == vector.uid, "\(path)")
            #expect(directory.exists(cgroup))
        }
        // Below a directory that is not a slice there are no units.
        for (path, cgroup) in zip(others, made.suffix(3)) {
            #expect(directory.identity(of: cgroup) == .path(parent.path + path))
        }
        parent.remove()
        directory.refresh()
        #expect(made.allSatisfy { !directory.exists($0) })
        #expect(directory.identity(of: made[0]).container?.id == paths[0].vector.id)
    }

    @Test func `a unit in a slice`() throws {
        let slice = try CgroupFolder(suffix: ".slice")
        let worker = try slice.make("/nginx.service/worker")
        var directory = WorkloadDirectory()
        let unit = directory.identity(of: worker)
        #expect(unit == .unit(.init("nginx.service")))
        let top = slice.mount + slice.path + "/nginx.service"
        #expect(Set(directory.directories(of: unit)) == [top, top + "/worker"])
    }

    @Test func `the processes of a workload are those of all its cgroups that are not threaded`() throws {
        let slice = try CgroupFolder(suffix: ".slice")
        let worker = try slice.make("/nginx.service/worker")
        _ = try slice.make("/nginx.service/worker/threads")
        let threads = slice.mount + slice.path + "/nginx.service/worker/threads"
        try Data("threaded".utf8).write(to: URL(filePath: threads + "/cgroup.type"))
        let top = try Sleeper(in: slice.mount + slice.path + "/nginx.service")
        let below = try Sleeper(in: slice.mount + slice.path + "/nginx.service/worker")
        var directory = WorkloadDirectory()
        let unit = directory.identity(of: worker)
        #expect(!directory.directories(of: unit).contains(threads))
        #expect(Set(directory.processes(of: unit)) == [top.processIdentifier, below.processIdentifier])
        top.end()
        below.end()
        #expect(directory.processes(of: unit) == [])
    }

    @Test func `a cgroup that is made later is found, and one that is removed is gone`() throws {
        var directory = WorkloadDirectory()
        let cgroup = try parent.make("/docker-\(Self.id).scope")
        directory.refresh()
        #expect(directory.identity(of: cgroup).container?.runtime == .docker)
        parent.remove()
        directory.refresh()
        #expect(!directory.exists(cgroup))
        #expect(directory.path(of: cgroup) == parent.path + "/docker-\(Self.id).scope")
    }

    @Test func `names that are no text do not matter`() throws {
        let bytes: [CChar] = Array((parent.mount + parent.path + "/").utf8CString.dropLast()) + [-1, 0x1b, 0x5b, 0]
        #expect(unsafe mkdir(bytes, 0o755) == 0)
        defer { unsafe rmdir(bytes) }
        var directory = WorkloadDirectory()
        var status = stat()
        #expect(unsafe stat(bytes, &status) == 0)
        let identity = directory.identity(of: UInt64(status.st_ino))
        #expect(identity == .path(parent.path + "/\u{fffd}\u{1b}["))
        #expect(
            directory.attributes(of: identity)["process.linux.cgroup"] == .string("0::\(parent.path)/\u{fffd}\\u{1b}[")
        )
        #expect(directory.directories(of: identity) == [], "the directory can't be named")
    }

    /// What is mounted where before, with the machine's tree at `$HOST`, the cgroup at `$1`, and an empty directory.
    struct View: Sendable {
        var script: String
        var isInNamespace = false
        /// The first line, with `$HOST`, `$OWN` and `$1` to replace.
        var visibility: String
        /// The path; `nil` if the cgroup can't be seen.
        var path: String?
    }

    private static let views = [
        View(script: ":", visibility: "whole $HOST", path: "$1/docker.scope/below"),
        View(script: ":", isInNamespace: true, visibility: "whole $HOST", path: "$1/docker.scope/below"),
        // The host's tree at another place and read-only, as a container has it.
        View(
            script: "mount --bind -o ro $HOST $OWN; umount -l $HOST",
            isInNamespace: true,
            visibility: "whole $OWN",
            path: "$1/docker.scope/below"
        ),
        // The tree of the namespace: its root is the container.
        View(
            script: "mount -t cgroup2 own $OWN; umount -l $HOST",
            isInNamespace: true,
            visibility: "part $OWN",
            path: "/below"
        ),
        View(
            script: "mount -t cgroup2 own $OWN",
            isInNamespace: true,
            visibility: "whole $HOST",
            path: "$1/docker.scope/below"
        ),
        View(
            script: "mount --bind $HOST$1/docker.scope $OWN; umount -l $HOST",
            visibility: "part $OWN",
            path: "$1/docker.scope/below"
        ),
        // As on a machine with version 1 only.
        View(script: "umount -l $HOST", visibility: "none", path: nil),
        View(script: "mount -t tmpfs none $HOST", visibility: "none", path: nil),
    ]

    @Test(arguments: views)
    func `each view of the tree works or says what is missing`(view: View) throws {
        let own = try Folder()
        let scope = "docker-\(Self.id).scope"
        let below = try parent.make("/\(scope)/below")
        func filled(_ text: String) -> String {
            text.replacing("docker.scope", with: scope).replacing("$HOST", with: parent.mount)
                .replacing("$OWN", with: own.path).replacing("$1", with: parent.path)
        }
        let script = """
            \(view.isInNamespace ? "echo $$ >\(parent.mount)\(parent.path)/\(scope)/cgroup.procs" : ":")
            \(view.isInNamespace ? "unshare --cgroup" : "") unshare --mount sh -ec '
                \(filled(view.script))
                exec \(identifying) \(below)'
            status=$?
            echo $$ >\(parent.mount)/cgroup.procs; exit $status
            """
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: "\n").map(String.init)
        let line = try #require(lines.dropFirst().first)
        #expect(lines[0] == filled(view.visibility))
        #expect(line.hasPrefix("\(below) \(view.path.map(filled) ?? "-")"), "\(line)")
        // In the tree of the container's namespace nothing says that it is one.
        #expect(line.contains("container.id=\(Self.id)") == (view.path?.contains("docker.scope") == true), "\(line)")
    }

    /// The build puts it beside the test bundle.
    private let identifying: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "identifying").path(
            percentEncoded: false
        )
    }()

    @Test func `a tree of 1000 cgroups`() throws {
        for slice in 0..<20 {
            for unit in 0..<49 { _ = try parent.make("/\(slice).slice/\(unit).service") }
        }
        var directory = WorkloadDirectory()
        var times: [Duration] = []
        for _ in 0..<10 {
            times.append(ContinuousClock().measure { directory.refresh() })
        }
        print("a refresh with 1000 cgroups: \(times.min() ?? .zero)")
        #expect(directory.counts.index >= 1000)
        #expect(!directory.isTruncated)
    }
}
