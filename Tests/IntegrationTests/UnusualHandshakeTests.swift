import Foundation
import Testing

extension TrafficIntegrationTests {
    /// Unusual handshakes: each is counted once at each end, without the durations that can't be known.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct UnusualHandshakeTests {
        private let unusual: UnusualTraffic

        init() throws {
            unusual = try UnusualTraffic()
        }

        /// Runs a scenario, and returns the agent's report and what the scenario made.
        private func report(_ scenario: String, _ options: String...) throws -> (ConsoleReport, [String: Int]) {
            let agent = try Agent(in: unusual.traffic, options)
            let made = try unusual(scenario)
            try unusual.traffic.settle()
            return (try agent.end(), made)
        }

        private func succeeded(_ report: ConsoleReport, _ role: String) -> Int {
            report.sum("tcplens.handshakes", "tcplens.connection.role=\(role)")
                - report.failures("tcplens.connection.role=\(role)")
        }

        @Test(arguments: ["fast_open_early", "fast_open_late"])
        func `a server of TCP Fast Open has its handshake, whenever it closes`(scenario: String) throws {
            let (report, made) = try report(scenario)
            for role in ["client", "server"] {
                #expect(succeeded(report, role) == made["handshakes"], "\(role)")
                #expect(
                    report.histogram("tcplens.connection.duration", "tcplens.connection.role=\(role)")?.count
                        == made["handshakes"]
                )
            }
            #expect(report.failures() == 0)
        }

        @Test func `a handshake begins with its SYN, not with connect()`() throws {
            let (report, made) = try report("late_syn")
            let duration = try #require(
                report.histogram("tcplens.handshake.duration", "tcplens.connection.role=client")
            )
            #expect(duration.count == made["handshakes"])
            #expect(duration.upper < 0.1, "\(duration)")
        }

        @Test func `a connection that never sent its SYN is not a handshake`() throws {
            let (report, made) = try report("no_syn")
            #expect(report.sum("tcplens.handshakes", "tcplens.connection.role=client") == made["handshakes"])
            #expect(report.failures() == 0)
            #expect(report.transitions("syn_sent", "closed") == 5, "its state did change")
        }

        /// Time in which the client waits before it sends, or that a SYN cookie distorts, is not that of the network.
        @Test(arguments: ["deferred", "delayed_ack", "cookies"])
        func `a server's handshake whose time can't be known has no duration`(scenario: String) throws {
            let (report, made) = try report(scenario)
            #expect(succeeded(report, "server") == made["servers"])
            #expect(succeeded(report, "client") == made["clients"])
            #expect(report.histogram("tcplens.handshake.duration", "tcplens.connection.role=server") == nil)
            let client = try #require(report.histogram("tcplens.handshake.duration", "tcplens.connection.role=client"))
            #expect(client.count == made["clients"])
            #expect(client.upper < 0.02)
            #expect(
                report.histogram("tcplens.connection.state.duration", "network.connection.state=syn_received") == nil
            )
            // The same holds for the round-trip time, which is measured from the same moment.
            if let rtt = report.histogram("tcplens.rtt") {
                #expect(rtt.upper < 0.02, "\(rtt)")
            }
        }

        @Test func `a connection for which no port is free fails with that error`() throws {
            let (report, made) = try report("no_port")
            #expect(made["failures"] == 7)
            #expect(report.sum("tcplens.handshakes", "error.type=address_not_available") == made["failures"])
            #expect(report.failures() == made["failures"])
        }

        @Test func `half-open connections that are reset are the server's failures, as the kernel counts them`() throws
        {
            let (report, made) = try report("half_open")
            let resets = report.sum("tcplens.handshakes", "tcplens.connection.role=server", "error.type=reset")
            #expect(resets == made["resets"])
            #expect(try unusual.counters()["TcpExtEmbryonicRsts"] == made["resets"])
        }

        @Test func `failures of servers that have not occurred have no series`() throws {
            let (report, _) = try report("shut_then_closed")
            let offered = report.points("tcplens.handshakes").filter {
                $0.contains("role=server") && $0.contains("error.type")
            }
            #expect(offered == ["error.type=reset tcplens.connection.role=server"])
        }

        @Test func `restored connections are not handshakes, and their ports not services`() throws {
            let ports = "network.local.port,network.peer.port"
            let agent = try Agent(in: unusual.traffic, ["--attributes", ports])
            let before = try unusual.hold("repair")
            // An agent that starts when the connections exist already.
            let later = try Agent(in: unusual.traffic, ["--attributes", ports])
            for report in [later.first, try agent.end(), try later.end()] {
                #expect(report.stock("established") == 20)
                #expect(report.sum("tcplens.handshakes") == 0)
                #expect(report.histogram("tcplens.handshake.duration") == nil)
                #expect(report.points("system.network.connection.count").allSatisfy { !$0.contains("port=220") })
            }
            before.end()
        }
    }
}
