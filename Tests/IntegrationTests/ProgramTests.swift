import Foundation
import Testing

extension TrafficIntegrationTests {
    /// The programs that the kernel has loaded.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ProgramTests {
        private static let always = [
            "count_and_sample", "forget_ended", "walk_and_sample", "follow_connection", "on_retransmit",
            "on_retransmit_synack",
            "on_send_reset", "on_receive_reset",
        ]

        /// The names of the programs that a process holds.
        ///
        /// The kernel keeps 15 letters of each.
        private func programs(of process: RunningProcess) throws -> Set<String> {
            struct Program: Decodable {
                var id: Int
                var name: String?
            }
            let identifiers = try process.kernelIdentifiers("prog_id")
            let result = try run(["bpftool", "--json", "prog", "list"])
            let all = try JSONDecoder().decode([Program].self, from: Data(result.output.utf8))
            return Set(
                all.filter { identifiers.contains($0.id) }.compactMap(\.name).map { String($0.prefix(15)) }
            )
        }

        private func start(_ options: String...) throws -> RunningProcess {
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "1h"] + options,
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            )
            _ = try eventually("a collection") { agent.output.contains("tcplens.stock.drift") ? true : nil }
            return agent
        }

        @Test func `what is not asked for is not loaded`() throws {
            func short(_ names: [String]) -> Set<String> { Set(names.map { String($0.prefix(15)) }) }
            #expect(try programs(of: try start()) == short(Self.always))
            #expect(
                try programs(of: try start("--response-time"))
                    == short(Self.always + ["on_receive", "on_take", "on_send"])
            )
        }

        @Test func `response times are those of services, by port`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 128", "listen 4 7002 128")
            let agent = try Agent(in: traffic, ["--response-time"])
            try traffic("connect a 4 7001 4", "connect b 4 7002 1")
            for _ in 0..<3 {
                try traffic(
                    "send a client 100",
                    "sleep 20",
                    "drain a server",
                    "sleep 50",
                    "send a server 100",
                    "send a server 5",
                    "sleep 20",
                    "drain a client"
                )
            }
            let report = try agent.end()
            let times = try #require(report.histogram("tcplens.response.duration", "network.local.port=7001"))
            #expect(times.count == 12, "one an answer, however many writes it takes; clients have none")
            #expect(times.sum >= 12 * 0.05 && times.sum < 12 * 1)
            #expect(report.count("tcplens.response.duration") == 1)
        }
    }
}
