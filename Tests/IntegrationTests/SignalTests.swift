import Foundation
import Testing

extension TrafficIntegrationTests {
    /// How signals end commands.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct SignalTests {
        @Test func `a signal that arrives twice at once, as timeout sends it, counts once`() throws {
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "1h"],
                environment: ["OTEL_METRICS_EXPORTER": "console"]
            )
            _ = try eventually("a collection") { agent.output.contains("tcplens.rtt") ? true : nil }
            agent.signal(SIGTERM)
            agent.signal(SIGINT)
            agent.wait()
            #expect(agent.status == 0, "\(agent.error)")
            #expect(agent.output.ranges(of: "tcplens.rtt").count == 2, "the last collection")
        }

        @Test func `a second signal ends it at once, and that is logged`() throws {
            // A client that connects there never gets an answer.
            let traffic = try Traffic()
            try traffic("listen 4 7001 128")
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "1h"],
                in: traffic,
                environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:7001"]
            )
            _ = try eventually("an export") {
                try SocketTable.ss(in: traffic).counts["established ipv4"] == 2 ? true : nil
            }
            agent.signal(SIGTERM)
            _ = try eventually("a word on it") { agent.error.contains("collecting once more") ? true : nil }
            // Within a quarter of a second it would count as the same signal.
            Thread.sleep(forTimeInterval: 0.5)
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 1)
            #expect(
                agent.error.contains("tcplens: SIGTERM again: ended before the last export was done"),
                "\(agent.error)"
            )
        }
    }
}
