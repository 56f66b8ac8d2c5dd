import Foundation
import Testing

extension IntegrationTests {
    /// More connections than tcplens could once follow, all older than the agent.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ManyConnectionsTests {
        private static let processes = 5
        private static let each = 8_000
        /// Both ends of each.
        private static let sockets = 2 * processes * each

        private func agent(in traffic: Traffic, _ options: String...) throws -> RunningProcess {
            try RunningProcess(
                ["nsenter", "--net=/proc/\(traffic.processIdentifier)/ns/net", Executable.tcplens, "run"]
                    + ["--interval", "500ms"] + options,
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            )
        }

        private func wait(for count: Int, of agent: RunningProcess) throws {
            let before = ConsoleReport.all(agent.output).count
            _ = try eventually("more collections", within: .seconds(60)) {
                ConsoleReport.all(agent.output).count >= before + count ? true : nil
            }
        }

        private func end(_ agent: RunningProcess) throws -> [ConsoleReport] {
            agent.signal(SIGTERM)
            agent.wait()
            try #require(agent.status == 0, "\(agent.error)")
            let collections = ConsoleReport.all(agent.output)
            for collection in collections {
                #expect(
                    collection.sum("system.network.connection.count", "network.connection.state=established")
                        >= Self.sockets
                )
                #expect(collection.sum("tcplens.lost_events") == 0)
                #expect(collection.sum("tcplens.stock.drift") == 0)
            }
            return collections
        }

        @Test func `all are followed from the first collection on, or as many as they may be`() throws {
            let traffic = try Traffic()
            try traffic.configure(["sysctl", "-qw", "net.ipv4.ip_local_port_range=10000 65000"])
            let holders = try (0..<Self.processes).map { index in
                let holder = try Traffic(in: traffic)
                try holder.tell("listen 4 \(8000 + index) 128")
                try holder.expectAnswer()
                try holder.tell("connect old 4 \(8000 + index) \(Self.each)")
                return holder
            }
            for holder in holders { try holder.expectAnswer() }

            let agent = try agent(in: traffic, "--connection-limit", "200000")
            try wait(for: 2, of: agent)
            // The last that came.
            try holders[0]("connect new 4 8000 1", "send new client 100000", "drain new server")
            try wait(for: 3, of: agent)
            let all = try end(agent)
            #expect(all.allSatisfy { $0.sum("tcplens.connection.unfollowed") == 0 })
            let sent = all.last?.sum("tcplens.connection.io", "network.io.direction=transmit")
            #expect(sent == 100_000)

            let limited = try self.agent(in: traffic, "--connection-limit", "1000")
            try wait(for: 4, of: limited)
            let sockets = Self.sockets + 2 + Self.processes
            for collection in try end(limited) {
                let unfollowed = collection.sum("tcplens.connection.unfollowed")
                #expect((sockets - 1000...sockets - 900).contains(unfollowed), "\(unfollowed) of \(sockets)")
            }
        }
    }
}
