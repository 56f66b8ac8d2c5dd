import Foundation
import Testing

extension TrafficIntegrationTests {
    /// Counters that outlive their agent.
    ///
    /// `make test-pinning` kills many more.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) final class PinningTests {
        private let pins = "/sys/fs/bpf/tcplens-test-\(UUID().uuidString.prefix(8))"
        private let traffic: Traffic
        /// All connections so far, each of which is two sockets that become established.
        private var made = 0

        init() throws {
            traffic = try Traffic()
            try traffic("listen 4 7001 128")
        }

        deinit {
            _ = try? run([Executable.tcplens, "unpin", pins])
        }

        private func agent(_ options: String...) throws -> RunningProcess {
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--pin", pins, "--interval", "200ms"] + options,
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            )
            _ = try eventually("a collection") { agent.output.contains("tcplens.rtt") ? true : nil }
            return agent
        }

        private func churn(_ count: Int) throws {
            try traffic("churn 4 7001 \(count)")
            made += count
        }

        /// Waits until an agent has exported all connections, and checks that there were never more.
        private func expectAll(_ agent: RunningProcess) throws {
            func established(_ report: ConsoleReport) -> Int {
                report.sum("tcplens.connection.transitions", "network.connection.state=established")
            }
            _ = try eventually("\(made) connections") {
                established(ConsoleReport(agent.output)) >= 2 * made ? true : nil
            }
            #expect(established(ConsoleReport(agent.output)) == 2 * made)
            let all = ConsoleReport.all(agent.output).map(established)
            #expect(all == all.sorted())
        }

        private func kill(_ agent: RunningProcess) {
            agent.signal(SIGKILL)
            agent.wait()
        }

        @Test func `an agent that was killed is continued by the next one`() throws {
            for attribution in ["none", "workload"] {
                for _ in 0..<3 {
                    let agent = try agent("--attribution", attribution)
                    try churn(200)
                    try expectAll(agent)
                    kill(agent)
                    try churn(100)
                }
                let agent = try agent("--attribution", attribution)
                try expectAll(agent)
                #expect(agent.error.contains("adopted the pinned programs, which have counted since"))
                agent.signal(SIGTERM)
                agent.wait()
                #expect(try run([Executable.tcplens, "unpin", pins]).status == 0)
                made = 0
            }
        }

        @Test func `an agent with other options takes over, and nothing is lost or counted twice`() throws {
            let first = try agent("--response-time")
            try churn(300)
            kill(first)
            try churn(100)
            let second = try agent("--connection-limit", "20000")
            #expect(second.error.contains("took over the counters of another build"), "\(second.error)")
            try churn(100)
            try expectAll(second)
            kill(second)
            try expectAll(try agent("--connection-limit", "20000"))
        }

        @Test func `what is counted for others begins anew`() throws {
            let first = try agent("--scope", "self")
            try churn(100)
            kill(first)
            made = 0
            let second = try agent("--scope", "node", "--attribution", "none")
            #expect(!second.error.contains("adopted") && !second.error.contains("took over"), "\(second.error)")
            let programs = try run(["ls", "\(pins)/v1"]).output
            #expect(programs.split(separator: "\n").count == 3, "one generation, and two maps: \(programs)")
        }

        @Test func `of two agents one says that there is another, and ends`() throws {
            let first = try agent()
            let second = try run(
                [Executable.tcplens, "run", "--pin", pins],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            )
            #expect(second.status == 1)
            #expect(second.error.contains("another agent has \(pins)"), "\(second.error)")
            let unpin = try run([Executable.tcplens, "unpin", pins])
            #expect(unpin.status == 1)
            try churn(10)
            try expectAll(first)
        }

        @Test func `what can't be continued is said, and begins anew`() throws {
            let first = try agent()
            try churn(100)
            kill(first)
            // Its program is not attached any more.
            try FileManager.default.removeItem(atPath: "\(pins)/v1/1/link_follow_connection")
            made = 0
            let second = try agent()
            #expect(second.error.contains("counters begin anew, because what is pinned can't be continued: "))
            try churn(50)
            try expectAll(second)
            kill(second)
            try expectAll(try agent())
        }

        @Test func `a reload begins anew, and leaves nothing of what was there before`() throws {
            let file = try ConfigurationFile(configuration(scope: "self"))
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--config", file.path, "--pin", pins],
                in: traffic
            )
            _ = try eventually("a collection") { agent.output.contains("tcplens.rtt") ? true : nil }
            for (scope, generation) in [("node", "2"), ("self", "3")] {
                try file.write(configuration(scope: scope))
                agent.signal(SIGHUP)
                _ = try eventually("generation \(generation)") {
                    try generations() == [generation] ? true : nil
                }
            }
            try file.write("disabled: true\n" + configuration(scope: "self"))
            agent.signal(SIGHUP)
            _ = try eventually("nothing pinned") { try generations().isEmpty ? true : nil }
            #expect(agent.isRunning, "\(agent.error)")
        }

        private func generations() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "\(pins)/v1").filter { Int($0) != nil }
        }

        private func configuration(scope: String) -> String {
            """
            file_format: "1.1"
            meter_provider:
              readers:
                - periodic: {interval: 200, exporter: {console: {}}}
            tcplens/development: {scope: \(scope), attribution: none}

            """
        }

        @Test func `bad directories are refused with what to do`() throws {
            func refusal(_ path: String) throws -> CommandResult {
                try run([Executable.tcplens, "run", "--pin", path, "--once"])
            }
            let elsewhere = try refusal("/tmp/tcplens-pins")
            #expect(elsewhere.status == 1)
            #expect(elsewhere.error.contains("--pin, TCPLENS_PIN: /tmp/tcplens-pins is not in a BPF file system"))
            #expect(elsewhere.error.contains("mount -t bpf bpf /sys/fs/bpf"))
            let nothing = try run([Executable.tcplens, "unpin", pins])
            #expect(nothing.status == 0 && nothing.output == "nothing is pinned in \(pins)\n")
            #expect(try run([Executable.tcplens, "unpin"]).status == 2)
        }
    }
}
