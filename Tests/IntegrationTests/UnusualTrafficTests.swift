import Foundation
import Testing

extension TrafficIntegrationTests {
    /// Bytes, segments and states under unusual conditions, compared with what was sent and with the kernel's counters.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct UnusualTrafficTests {
        private let unusual: UnusualTraffic

        init() throws {
            unusual = try UnusualTraffic()
        }

        /// Dropped segments are sent again, but their data count once.
        @Test(arguments: ["shaped", "dropped_here", "rejected_here", "dropped_there"])
        func `each byte is counted once, whatever becomes of its segment`(scenario: String) throws {
            let agent = try Agent(in: unusual.traffic)
            let tracer = try Tracer(in: unusual.traffic, ["--port", "7000"])
            let sent = try #require(try unusual(scenario)["sent"])
            let report = try agent.end()
            let told = report.sum(
                "tcplens.connection.io",
                "network.io.direction=transmit",
                "tcplens.connection.role=client"
            )
            #expect(told == sent)
            let traced = try tracer.end().compactMap(\.bytesSent)
            #expect(traced == [sent])
        }

        @Test func `the types of retransmits agree exactly with the kernel's counters`() throws {
            let agent = try Agent(in: unusual.traffic)
            let before = try unusual.counters()
            _ = try unusual("losses")
            let after = try unusual.counters()
            let report = try agent.end()
            func increase(_ name: String) -> Int { (after[name] ?? 0) - (before[name] ?? 0) }
            func told(_ type: String) -> Int { report.sum("tcplens.retransmits", "tcplens.retransmit.type=\(type)") }
            #expect(told("fast") == increase("TcpExtTCPFastRetrans"))
            // Some probes send new data if there are any; these are not retransmissions.
            #expect(told("tail_loss_probe") <= increase("TcpExtTCPLossProbes"))
            #expect(told("tail_loss_probe") >= 1)
            #expect(told("timeout") == increase("TcpExtTCPTimeouts") + increase("TcpExtTCPSlowStartRetrans"))
            #expect(told("_OTHER") == 0)
            #expect(report.sum("tcplens.retransmits") == increase("TcpRetransSegs"))
            for name in ["TCPFastRetrans", "TCPLossProbes", "TCPTimeouts", "TCPSlowStartRetrans"] {
                #expect(increase("TcpExt\(name)") > 0, "\(name) did not move")
            }
        }

        @Test func `a state does not change into itself`() throws {
            let agent = try Agent(in: unusual.traffic)
            _ = try unusual("shut_then_closed")
            let report = try agent.end()
            #expect(report.transitions("fin_wait_1", "fin_wait_2") == 3)
            for state in ["fin_wait_1", "fin_wait_2", "last_ack"] {
                #expect(report.transitions(state, state) == 0)
            }
        }

        @Test func `waiting bytes and stalled connections agree with ss`() throws {
            let held = try unusual.hold("stuck")
            // Time for the last acknowledgements, and for the first probe of the window.
            try unusual.traffic.settle()
            Thread.sleep(forTimeInterval: 0.5)
            let report = try Agent(in: unusual.traffic).end()
            let sockets = try run(["ss", "-Htn"], in: unusual.traffic).output.split(separator: "\n")
                .map { $0.split(separator: " ").compactMap { Int($0) } }
            for (direction, column) in [("receive", 0), ("transmit", 1)] {
                let direction = "network.io.direction=\(direction)"
                #expect(report.sum("tcplens.connection.stalled", direction) == 4)
                let waiting = sockets.reduce(0) { $0 + $1[column] }
                #expect(report.sum("tcplens.connection.queue.usage", direction) == waiting)
                #expect(waiting > 0)
            }
            held.end()
        }

        @Test func `one full listener of several on a port is counted`() throws {
            let held = try unusual.hold("one_worker_hangs")
            let agent = try Agent(in: unusual.traffic)
            let report = agent.first
            #expect(report.sum("tcplens.listener.accept_queue.full", "network.local.port=7010") == 1)
            #expect(report.sum("tcplens.listener.accept_queue.usage", "network.local.port=7010") == 5)
            #expect(report.sum("tcplens.listener.accept_queue.limit", "network.local.port=7010") == 16)
            #expect(report.sum("tcplens.listener.syn_queue.limit", "network.local.port=7010") == 16)
            held.end()
            withExtendedLifetime(agent) {}
        }

        @Test func `drops of listeners are counted by port, from the start of the agent`() throws {
            let traffic = unusual.traffic
            try traffic("listen 4 7001 2", "listen 4 7002 2", "knock a 4 7001 9", "sleep 100")
            let agent = try Agent(in: traffic)
            #expect(agent.first.sum("tcplens.listener.drops") == 0)
            let before = try drops(traffic)
            try traffic("knock b 4 7001 9", "knock c 4 7002 8", "listen 4 7003 1", "knock d 4 7003 7", "sleep 100")
            // SYNs are sent again while the agent ends, and dropped again.
            let least = try drops(traffic)
            let report = try agent.end()
            let most = try drops(traffic)
            for port in [7001, 7002, 7003] {
                let told = before[port, default: 0] + report.sum("tcplens.listener.drops", "network.local.port=\(port)")
                #expect(told >= least[port, default: 0] && told <= most[port, default: 0], "port \(port): \(told)")
                #expect(told > before[port, default: 0])
            }
        }

        /// What `ss` shows of each listener, by port.
        private func drops(_ traffic: Traffic) throws -> [Int: Int] {
            let lines = try run(["ss", "-Hltnm"], in: traffic).output.split(separator: "\n")
            var drops: [Int: Int] = [:]
            for (listener, memory) in zip(lines, lines.dropFirst()) {
                guard let port = listener.firstMatch(of: /:(\d+)\s/)?.1 else { continue }
                guard let dropped = memory.firstMatch(of: /,d(\d+)\)/)?.1 else { continue }
                drops[Int(port) ?? 0, default: 0] += Int(dropped) ?? 0
            }
            return drops
        }

        /// A port that changes with each connection is not a service, even if the other port no longer has a listener.
        @Test func `TIME_WAIT of a server that has stopped counts for its port`() throws {
            _ = try unusual("left_behind")
            let ports = "network.local.port,network.peer.port"
            let agent = try Agent(in: unusual.traffic, ["--attributes", ports])
            #expect(agent.first.stock("time_wait", "network.local.port=8080") == 100)
            #expect(agent.first.stock("time_wait") == 100)
            let snapshot = try run([Executable.tcplens, "snapshot", "--by", "port,peer-port"], in: unusual.traffic)
            #expect(snapshot.output.contains(/8080 +100/), "\(snapshot.output)")
        }

        @Test func `the age of a state is that of the connection that is longest in it`() throws {
            let traffic = unusual.traffic
            try traffic("listen 4 7001 128", "listen 4 7002 0", "connect old 4 7001 1")
            let agent = try Agent(in: traffic)
            try traffic("connect a 4 7001 2", "close a client", "sleep 700", "connect b 4 7001 2", "close b client")
            let report = try agent.end()
            let age = try #require(
                report.number("tcplens.connection.state.age", "network.connection.state=close_wait")
            )
            #expect(age > 0.69 && age < 10)
            #expect(report.number("tcplens.connection.state.age", "network.connection.state=syn_sent") == 0)
            let established = report.number("tcplens.connection.state.age", "network.connection.state=established")
            #expect(established ?? 0 > 0.69, "since the agent began")
        }

        /// The number of observations does not depend on how many agents collect, or how often.
        @Test func `a round-trip time is recorded once a minute while there are data, and at the end`() throws {
            let traffic = unusual.traffic
            try traffic("listen 4 7001 128", "connect idle 4 7001 20", "connect busy 4 7001 10")
            try traffic("send busy client 100", "drain busy server")
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "100ms"],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            )
            _ = try eventually("twenty collections") {
                agent.output.matches(of: /tcplens.stock.drift/).count > 20 ? true : nil
            }
            try traffic("send busy client 100", "drain busy server", "sleep 300")
            try traffic("reset busy client", "sleep 50")
            agent.signal(SIGTERM)
            agent.wait()
            let count = ConsoleReport(agent.output).histogram("tcplens.rtt")?.count ?? 0
            // Both ends of ten connections, at their end and once before; twice if a minute ended meanwhile.
            #expect(count >= 40 && count <= 60, "\(count)")
        }
    }
}
