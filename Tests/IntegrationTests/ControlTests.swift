import Foundation
import Testing

extension TrafficIntegrationTests {
    /// Connections that begin, wait and end in rare ways.
    ///
    /// The metrics agree with what happened, with `ss`, and with the kernel's counters.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ControlTests {
        private static let scenarios = [
            "killed_established", "killed_syn_sent", "killed_close_wait", "killed_orphan", "listener_closed",
            "abort_on_overflow", "rejected", "half_open", "reset_after_fin", "simultaneous", "with_itself",
            "reconnected", "refused_then_connected", "given_up", "listened_again", "migrated",
            "port_of_time_wait", "syn_in_time_wait", "few_buckets", "outermost_ports", "link_local", "no_way",
            "both_shut", "lingered_not", "lingered_in_vain", "no_fin_wait", "unread", "user_timeout",
            "no_sign_of_life", "orphan_given_up", "zero_window", "by_file_and_urgently",
        ]

        private static let failures = [
            "refused", "reset", "timed_out", "host_unreachable", "net_unreachable", "address_not_available", "_OTHER",
        ]

        @Test(arguments: scenarios)
        func `the metrics are what happened`(scenario: String) throws {
            var attempt = try told(of: scenario)
            // If a softirq interrupts a process for which this kernel runs no programs, an end by a timer is counted
            // late, and as a loss. Such an attempt is repeated.
            for _ in 0..<3 where attempt.report.sum("tcplens.lost_events", "tcplens.loss.reason=unseen") > 0 {
                attempt = try told(of: scenario)
            }
            expect(attempt, scenario)
        }

        /// What a scenario made, the metrics, and what other tools show.
        private struct Attempt {
            var made: [String: Int]
            var report: ConsoleReport
            var stocks: SocketTable
            /// By how much the kernel's counters have grown.
            var counted: [String: Int]
        }

        private func told(of scenario: String) throws -> Attempt {
            let control = try UnusualTraffic("controls.py")
            let agent = try Agent(in: control.traffic, ["--attributes", "network.local.port,network.peer.port"])
            let before = try control.counters()
            let held = try control.hold(scenario)
            try control.traffic.settle()
            let stocks = try SocketTable.ss(in: control.traffic)
            let report = try agent.end()
            let counted = try control.counters().merging(before) { $0 - $1 }
            held.end()
            let made = try JSONDecoder().decode([String: Int].self, from: held.answer)
            return Attempt(made: made, report: report, stocks: stocks, counted: counted)
        }

        private func expect(_ attempt: Attempt, _ scenario: String) {
            let (made, report, counted) = (attempt.made, attempt.report, attempt.counted)
            func equal(_ told: Int, _ happened: Int?, _ what: String) {
                #expect(told == happened ?? 0, "\(scenario): \(what)")
            }
            let (client, server) = ("tcplens.connection.role=client", "tcplens.connection.role=server")
            for (role, count) in [(client, made["client"]), (server, made["server"])] {
                equal(report.sum("tcplens.handshakes", role) - report.failures(role), count, role)
            }
            #expect(made["server"] ?? 0 == counted["TcpPassiveOpens"], "\(scenario)")
            equal(report.failures(server), counted["TcpExtEmbryonicRsts"], "EmbryonicRsts")
            for failure in Self.failures {
                equal(report.sum("tcplens.handshakes", client, "error.type=\(failure)"), made[failure], failure)
            }
            for (change, count) in made {
                let states = change.split(separator: ">").map(String.init)
                guard states.count == 2 else { continue }
                equal(report.transitions(states[0], states[1]), count, change)
            }
            let (sent, received) = ("network.io.direction=transmit", "network.io.direction=receive")
            equal(report.sum("tcplens.connection.io", sent), made["sent"], "bytes that are sent")
            equal(report.sum("tcplens.connection.io", received), made["received"], "bytes that arrive")
            equal(report.sum("tcplens.resets", sent), counted["TcpOutRsts"], "OutRsts")
            equal(report.sum("tcplens.resets", received), made["reset_in"], "resets that arrive")
            equal(report.sum("tcplens.retransmits"), counted["TcpRetransSegs"], "RetransSegs")
            equal(report.sum("tcplens.time_wait.overflows"), counted["TcpExtTCPTimeWaitOverflow"], "overflows")
            for state in ["established", "syn_sent", "fin_wait_1", "close_wait", "last_ack", "closing"] {
                equal(report.sum("tcplens.stock.drift", "network.connection.state=\(state)"), 0, "drift of \(state)")
            }
            equal(report.sum("tcplens.lost_events"), 0, "lost events")
            #expect(report.stocks == attempt.stocks, "\(scenario)")
        }

        @Test func `the first and the last port are services`() throws {
            let control = try UnusualTraffic("controls.py")
            let held = try control.hold("outermost_ports")
            let report = try Agent(in: control.traffic, ["--attributes", "network.local.port,network.peer.port"]).end()
            for port in ["1", "65535"] {
                for end in ["local", "peer"] {
                    #expect(report.stock("established", "network.\(end).port=\(port)") == 1)
                }
                #expect(report.sum("tcplens.listener.accept_queue.limit", "network.local.port=\(port)") == 128)
            }
            held.end()
        }

        @Test func `a socket that listens again has its new limit`() throws {
            let control = try UnusualTraffic("controls.py")
            let held = try control.hold("listened_again")
            let report = try Agent(in: control.traffic).end()
            #expect(report.points("tcplens.listener.accept_queue.limit").count == 1)
            #expect(report.sum("tcplens.listener.accept_queue.limit") == 0)
            held.end()
        }

        @Test func `an agent goes on when it is the last process in its namespace`() throws {
            var control: UnusualTraffic? = try UnusualTraffic("controls.py")
            let agent = try control.map { try Agent(in: $0.traffic) }
            try control?.hold("both_shut").end()
            control = nil
            let report = try #require(try agent?.end())
            #expect(report.sum("tcplens.handshakes") == 2)
            #expect(report.stock("established") == 0)
            #expect(report.sum("tcplens.stock.drift") == 0)
        }
    }
}
