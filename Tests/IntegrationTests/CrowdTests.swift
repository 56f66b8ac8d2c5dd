import Foundation
import Testing

extension IntegrationTests {
    /// Interrupted programs miss events.
    ///
    /// Those of other namespaces are not losses, and those of ours are counted late.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct CrowdTests {
        /// An agent that collects five times a second.
        private func agent(in namespace: Int32) throws -> RunningProcess {
            let agent = try RunningProcess(
                ["nsenter", "--net=/proc/\(namespace)/ns/net", Executable.tcplens, "run", "--interval", "200ms"],
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            )
            // The pass that records which sockets existed before.
            _ = try eventually("two collections") {
                agent.output.matches(of: /tcplens.stock.drift/).count >= 2 ? true : nil
            }
            return agent
        }

        /// The collections of an agent, in each of which stocks and flows agree.
        private func end(_ agent: RunningProcess) throws -> ConsoleReport {
            agent.signal(SIGTERM)
            agent.wait()
            try #require(agent.status == 0, "\(agent.error)")
            let collections = ConsoleReport.all(agent.output)
            #expect(collections.count >= 5)
            for (number, collection) in collections.enumerated() {
                for state in ["established", "syn_sent", "fin_wait_1", "close_wait", "last_ack", "closing"] {
                    let drift = collection.sum("tcplens.stock.drift", "network.connection.state=\(state)")
                    #expect(drift == 0, "\(state) in collection \(number) of \(collections.count)")
                }
                #expect(collection.sum("tcplens.connection.unfollowed") == 0)
            }
            return try #require(collections.last)
        }

        @Test func `interruptions are lost events of their own namespace only`() throws {
            let crowd = try Crowd(seconds: 6)
            let idle = try Traffic()
            let agents = try [idle.processIdentifier, crowd.clients.processIdentifier, crowd.server].map {
                try agent(in: $0)
            }
            let trace = try RunningProcess([Executable.tcplens, "trace", "--format", "json"], in: idle)
            try crowd.begin()
            let top = try run([Executable.tcplens, "top", "--count", "4", "--interval", "1s"], in: idle)
            let (made, refused) = try crowd.end()
            #expect(made > 1000 && refused > 300)
            trace.signal(SIGINT)
            trace.wait()
            #expect(trace.output.isEmpty)
            #expect(trace.error.contains("0 events, none lost"), "\(trace.error)")
            let (alone, clients, servers) = try (end(agents[0]), end(agents[1]), end(agents[2]))

            #expect(alone.count("tcplens.lost_events") > 0)
            #expect(alone.sum("tcplens.lost_events") == 0)
            #expect(alone.sum("tcplens.handshakes") == 0)
            #expect(alone.count("tcplens.connection.transitions") == 0)
            #expect(top.output.matches(of: /ok: nothing lost/).count == 4, "\(top.output)")

            if ProcessInfo.processInfo.activeProcessorCount > 1 {
                #expect(clients.sum("tcplens.lost_events") > 0, "nothing has interrupted anything")
            }
            #expect(clients.transitions("closed", "syn_sent") == made + refused)
            #expect(clients.transitions("syn_sent", "closed") == refused)
            #expect(clients.transitions("syn_sent", "established") == made)
            // The reason is unknown for connections whose end no program saw.
            #expect(clients.failures("error.type=refused") + clients.failures("error.type=_OTHER") == refused)
            #expect(clients.failures("tcplens.connection.role=client") == refused)
            #expect(clients.sum("tcplens.handshakes") == made + refused)
            #expect(servers.transitions("listen", "syn_received") == made)
            #expect(servers.transitions("syn_received", "established") == made)
            #expect(servers.sum("tcplens.handshakes", "tcplens.connection.role=server") == made)
            #expect(servers.sum("tcplens.handshakes") == made)
        }

        @Test func `under load each collection finds what the flows predict`() throws {
            let traffic = try Traffic()
            try traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=1000"])
            try traffic.configure(["sysctl", "-qw", "net.ipv4.ip_local_port_range=10000 65000"])
            let churners = try (0..<4).map { index in
                let churner = try Traffic(in: traffic)
                try churner("listen \(index % 2 == 0 ? 4 : 6) \(8000 + index) 128")
                return churner
            }
            let agent = try agent(in: traffic.processIdentifier)
            let connections = 15_000
            for (index, churner) in churners.enumerated() {
                try churner.tell("churn \(index % 2 == 0 ? 4 : 6) \(8000 + index) \(connections)")
            }
            for churner in churners {
                try churner.expectAnswer()
            }
            try traffic.settle()
            let report = try end(agent)
            for type in ["network.type=ipv4", "network.type=ipv6"] {
                let made = 2 * connections
                #expect(report.transitions("closed", "syn_sent", type) == made)
                #expect(report.transitions("syn_sent", "established", type) == made)
                #expect(report.transitions("listen", "syn_received", type) == made)
                #expect(report.transitions("syn_received", "established", type) == made)
                for role in ["client", "server"] {
                    #expect(report.sum("tcplens.handshakes", "tcplens.connection.role=\(role)", type) == made)
                }
            }
            #expect(report.failures() == 0)
        }
    }
}
