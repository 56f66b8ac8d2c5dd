import Foundation
import Testing

extension TrafficIntegrationTests {
    /// Counters and limits of a network namespace, compared with `nstat` and `sysctl` in the same namespace.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct NamespaceCounterTests {
        @Test func `segments, closed windows, aborts and drops agree exactly with nstat`() throws {
            let traffic = try Traffic()
            // Events before the agent starts, which it must not count.
            try mishaps(in: traffic)
            let before = try nstat(in: traffic)
            let agent = try Agent(in: traffic)
            try mishaps(in: traffic)
            let report = try agent.end()
            let after = try nstat(in: traffic)
            func expect(_ metric: String, _ attribute: String, _ counters: String..., isMade: Bool = true) {
                let increase = counters.reduce(0) { $0 + (after[$1] ?? 0) - (before[$1] ?? 0) }
                #expect(report.sum(metric, attribute) == increase, "\(metric) \(attribute)")
                #expect(!isMade || increase > 0, "\(counters) did not move")
            }
            expect("tcplens.segments", "network.io.direction=transmit", "TcpOutSegs")
            expect("tcplens.segments", "network.io.direction=receive", "TcpInSegs")
            expect("tcplens.zero_windows", "network.io.direction=transmit", "TcpExtTCPToZeroWindowAdv")
            expect("tcplens.zero_windows", "network.io.direction=receive", "TcpExtTCPWinProbe")
            expect("tcplens.aborts", "tcplens.abort.reason=data", "TcpExtTCPAbortOnData")
            expect("tcplens.aborts", "tcplens.abort.reason=close", "TcpExtTCPAbortOnClose")
            expect("tcplens.aborts", "tcplens.abort.reason=timeout", "TcpExtTCPAbortOnTimeout")
            expect("tcplens.aborts", "tcplens.abort.reason=linger", "TcpExtTCPAbortOnLinger")
            expect("tcplens.aborts", "tcplens.abort.reason=memory", "TcpExtTCPAbortOnMemory", isMade: false)
            expect("tcplens.aborts", "tcplens.abort.reason=failed", "TcpExtTCPAbortFailed", isMade: false)
            expect("tcplens.receive.drops", "tcplens.drop.reason=queue", "TcpExtTCPRcvQDrop")
            expect("tcplens.receive.drops", "tcplens.drop.reason=pruned", "TcpExtRcvPruned", "TcpExtOfoPruned")
            expect("tcplens.receive.drops", "tcplens.drop.reason=backlog", "TcpExtTCPBacklogDrop", isMade: false)
            expect("tcplens.receive.drops", "tcplens.drop.reason=zero_window", "TcpExtTCPZeroWindowDrop", isMade: false)
            #expect(report.count("tcplens.aborts") == 6)
            #expect(report.count("tcplens.receive.drops") == 4)
        }

        @Test func `limits are those of the namespace, also when they change`() throws {
            let traffic = try Traffic()
            try set("tcp_max_tw_buckets=5000", "ip_local_port_range=20000 20999", in: traffic)
            let agent = try Agent(in: traffic)
            #expect(agent.first.sum("tcplens.time_wait.limit") == 5000)
            #expect(agent.first.sum("tcplens.ephemeral_port.limit") == 1000)
            try set("ip_local_reserved_ports=20100-20109,19999,20000", "tcp_max_tw_buckets=7", in: traffic)
            let report = try agent.end()
            #expect(report.sum("tcplens.time_wait.limit") == 7)
            #expect(report.sum("tcplens.ephemeral_port.limit") == 989)
        }

        @Test func `the machine's memory is exported in the first namespace only`() throws {
            let traffic = try Traffic()
            let elsewhere = try Agent(in: traffic).end()
            #expect(elsewhere.count("tcplens.memory.usage") == 0)
            #expect(elsewhere.count("tcplens.memory.limit") == 0)
            let output = try run(
                [Executable.tcplens, "run", "--once"],
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            ).output
            let here = ConsoleReport(output)
            // If the tests run in a network namespace of their own, there is nothing to compare.
            let limits = try? String(contentsOfFile: "/proc/sys/net/ipv4/tcp_mem", encoding: .utf8)
            let pages = limits?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
            #expect(here.count("tcplens.memory.usage") == (pages == nil ? 0 : 1))
            #expect(here.sum("tcplens.memory.limit") == (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))))
            #expect(here.sum("tcplens.memory.usage") <= here.sum("tcplens.memory.limit"))
        }

        @Test func `without /proc/sys there are no limits, and all other metrics`() throws {
            let traffic = try Traffic()
            let hidden = "mount -t tmpfs none /proc/sys/net && exec \"$@\""
            let output = try run(
                ["unshare", "--mount", "sh", "-c", hidden, "sh", Executable.tcplens, "run", "--once"],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            ).output
            let report = ConsoleReport(output)
            #expect(report.count("tcplens.time_wait.limit") == 0)
            #expect(report.count("tcplens.ephemeral_port.limit") == 0)
            #expect(report.count("tcplens.segments") == 2)
        }

        private func mishaps(in traffic: Traffic) throws {
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "mishaps.py")
            let result = try run(["python3", script.path(percentEncoded: false)], in: traffic)
            try #require(result.status == 0, "\(result.error)")
            try traffic.settle()
        }

        private func set(_ settings: String..., in traffic: Traffic) throws {
            let result = try run(["sysctl", "-qw"] + settings.map { "net.ipv4.\($0)" }, in: traffic)
            try #require(result.status == 0, "\(result.error)")
        }

        /// All counters of the namespace.
        private func nstat(in traffic: Traffic) throws -> [String: Int] {
            let output = try run(["nstat", "-asz"], in: traffic).output
            return output.split(separator: "\n").reduce(into: [:]) { counters, line in
                let words = line.split(separator: " ")
                guard words.count >= 2, let value = Int(words[1]) else { return }
                counters[String(words[0])] = value
            }
        }
    }
}
