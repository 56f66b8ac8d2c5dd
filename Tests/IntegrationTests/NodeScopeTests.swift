import Foundation
import Testing

extension IntegrationTests {
    /// What commands show of all network namespaces.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct NodeScopeTests {
        private static func inode(of traffic: Traffic) throws -> UInt64 {
            let link = "/proc/\(traffic.processIdentifier)/ns/net"
            let text = try FileManager.default.destinationOfSymbolicLink(atPath: link)
            return try #require(UInt64(text.filter(\.isNumber)))
        }

        @Test func `a snapshot counts each namespace, and tells listeners of one port apart`() throws {
            let (web, other, onlooker) = (try Traffic(), try Traffic(), try Traffic())
            let id = String(repeating: "0123456789abcdef", count: 4)
            let group = try ControlGroup("docker-\(id).scope")
            try group.add(web)
            try web("listen 4 7001 128", "connect a 4 7001 5")
            try other("listen 4 7001 128", "connect a 4 7001 3")
            let numbers = (try Self.inode(of: web), try Self.inode(of: other))
            let snapshot = try SnapshotJSON(
                "--scope",
                "node",
                "--by",
                "namespace,container,listener",
                in: onlooker
            )
            let namespaces = try #require(snapshot.namespaces)
            #expect(namespaces.first { $0.namespace == numbers.0 }?["established"] == 10)
            #expect(namespaces.first { $0.namespace == numbers.1 }?["established"] == 6)
            #expect(namespaces.reduce(0) { $0 + $1.total } == snapshot.total)
            let listeners = try #require(snapshot.listeners).filter { $0.port == 7001 }
            #expect(Set(listeners.compactMap(\.namespace)).isSuperset(of: [numbers.0, numbers.1]))
            let container = try #require(snapshot.containers?.first { $0.container == group.path })
            #expect(container["established"] == 10)
            #expect(container.workload?.isEmpty == false)
            // The onlooker sees none of them in its own namespace.
            #expect(try SnapshotJSON(in: onlooker).total == 0)
        }

        @Test func `doctor and run agree on scope node, and both say what is told apart`() throws {
            let condition = Condition(
                options: ["--scope", "node"],
                environment: ["OTEL_METRICS_EXPORTER": "console"],
                namespace: try Traffic()
            )
            let diagnosis = try condition.expectAgreement()
            #expect(try diagnosis.check("scope").found == "node: all network namespaces of this machine")
            #expect(try diagnosis.check("walk").status == "ok")
            _ = try diagnosis.check("workloads")
            _ = try diagnosis.check("application resources")
            let log = try condition.runs().log
            #expect(log.contains("observing all network namespaces of this machine, each container"), "\(log)")
        }

        @Test func `top has the scope in its heading`() throws {
            let result = try run(
                [Executable.tcplens, "top", "--scope", "node", "--by", "container", "--count", "1"],
                environment: ["COLUMNS": "100"]
            )
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output.contains("  scope node  "), "\(result.output)")
        }
    }
}
