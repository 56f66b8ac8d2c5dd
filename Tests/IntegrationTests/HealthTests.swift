import Foundation
import Testing

extension PeerIntegrationTests {
    /// The agent's health, with real peers that start and stop.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct HealthTests {
        private func start(in traffic: Traffic, exporter: String) throws -> RunningProcess {
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "200ms", "--health", "127.0.0.1:8080"],
                in: traffic,
                environment: [
                    "OTEL_METRICS_EXPORTER": exporter, "OTEL_EXPORTER_OTLP_TIMEOUT": "100",
                    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
                ]
            )
            _ = try eventually("the agent to listen") { agent.error.contains("health is served") ? true : nil }
            return agent
        }

        private func ready(in traffic: Traffic) throws -> WebAnswer {
            try get("http://127.0.0.1:8080/readyz", in: traffic)
        }

        @Test func `ready follows the receiver, and live does not`() throws {
            let traffic = try Traffic()
            let agent = try start(in: traffic, exporter: "otlp")
            let failing = try eventually("not to be ready, three intervals after the first failure") {
                let answer = try ready(in: traffic)
                return answer.body.contains("exports have failed") ? answer : nil
            }
            #expect(failing.status == 503)
            #expect(failing.body.contains("127.0.0.1:4318"))
            #expect(try get("http://127.0.0.1:8080/livez", in: traffic).status == 200)

            let sink = try RunningProcess([Executable.tcplens, "sink"], in: traffic)
            _ = try eventually("to be ready") { try ready(in: traffic).status == 200 ? true : nil }
            #expect(try ready(in: traffic).body == "ready\n")
            sink.signal(SIGKILL)
            sink.wait()
            _ = try eventually("not to be ready any more") { try ready(in: traffic).status == 503 ? true : nil }
            #expect(try get("http://127.0.0.1:8080/livez", in: traffic).body == "live\n")
            agent.signal(SIGTERM)
            agent.wait()
            #expect(try ready(in: traffic).status == 0, "nobody answers any more")
        }

        @Test(arguments: ["prometheus", "none"])
        func `without exports it is ready when it collects`(exporter: String) throws {
            let traffic = try Traffic()
            let agent = try start(in: traffic, exporter: exporter)
            _ = try eventually("to be ready") { try ready(in: traffic).status == 200 ? true : nil }
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
        }

        @Test func `a malformed address is wrong usage`() throws {
            let result = try run([Executable.tcplens, "run", "--health", "nowhere"])
            #expect(result.status == 2)
            #expect(result.error.contains("--health"))
        }
    }
}
