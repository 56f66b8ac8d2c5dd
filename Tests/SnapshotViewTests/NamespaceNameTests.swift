import Foundation
import System
import Testing
import Workloads

@testable import SnapshotView

/// The names of real network namespaces.
@Suite(.enabled(if: getuid() == 0, "needs root")) struct NamespaceNameTests {
    /// A process in a network namespace of its own, until this value ends.
    private final class Sleeper {
        let process = Process()

        init() throws {
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["unshare", "--net", "sleep", "1000"]
            try process.run()
        }

        deinit {
            // SIGTERM may be blocked in this process, and so in its child.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        /// The inode number of its namespace.
        func namespace() throws -> UInt32 {
            let own = try NetworkNamespace.current()
            for _ in 0..<500 {
                let path = "/proc/\(process.processIdentifier)"
                let command = (try? String(contentsOfFile: "\(path)/comm", encoding: .utf8)) ?? ""
                if let found = NetworkNamespace.identifier(of: "\(path)/ns/net"), found != own, command == "sleep\n" {
                    return found
                }
                usleep(10_000)
            }
            throw CocoaError(.fileNoSuchFile)
        }
    }

    @Test func `a namespace without a name has that of its first process`() throws {
        let sleeper = try Sleeper()
        let namespace = try sleeper.namespace()
        let names = NamespaceNames(links: "/nowhere").names(of: [namespace]) { "workload \($0)" }
        let name = try #require(names[namespace])
        // If this test runs in a unit or a container, so does its child.
        #expect(name == "sleep[\(sleeper.process.processIdentifier)]" || name.hasPrefix("workload "))
        #expect(names.count == 1)
    }

    @Test func `a name that ip netns shows comes first`() throws {
        let sleeper = try Sleeper()
        let namespace = try sleeper.namespace()
        let folder = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // A link is enough for stat, and leaves no mount behind; a file is no namespace.
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending(path: "blue").path(percentEncoded: false),
            withDestinationPath: "/proc/\(sleeper.process.processIdentifier)/ns/net"
        )
        try Data().write(to: folder.appending(path: "no-namespace"))
        let names = NamespaceNames(links: folder.path(percentEncoded: false)).names(of: [namespace]) { _ in "" }
        #expect(names == [namespace: "blue"])
    }

    @Test func `what is no namespace has no number`() {
        #expect(NetworkNamespace.identifier(of: "/proc/self/stat") == nil)
        #expect(NetworkNamespace.identifier(of: "/nowhere") == nil)
        #expect((try? NetworkNamespace.current()) == NetworkNamespace.identifier(of: "/proc/self/ns/net"))
    }
}
