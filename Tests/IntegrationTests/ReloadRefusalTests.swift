import Foundation
import Testing

/// After a `SIGHUP` with an unusable configuration, everything is as it was before.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ReloadRefusalTests {
        private func file(_ exporters: String..., more: String) -> String {
            """
            file_format: "1.1"
            meter_provider:
              readers:
            \(exporters.map { "  - \($0)" }.joined(separator: "\n"))
            tcplens/development: {\(more)}
            """
        }

        private let otlp = "periodic: {interval: 3600000, exporter: {otlp_http: {endpoint: \"http://127.0.0.1:9\"}}}"
        private let console = "periodic: {interval: 3600000, exporter: {console: }}"

        private func prometheus(_ port: Int) -> String {
            "pull: {exporter: {prometheus/development: {host: 127.0.0.1, port: \(port)}}}"
        }

        private func agent(_ file: ConfigurationFile, in traffic: Traffic) throws -> RunningProcess {
            let agent = try RunningProcess([Executable.tcplens, "run", "--config", file.path], in: traffic)
            _ = try eventually("the agent to be ready") {
                try? get("http://127.0.0.1:8080/readyz", in: traffic).status == 200 ? true : nil
            }
            return agent
        }

        @Test func `a refusal keeps what listens, even if what was could not be made again`() throws {
            let traffic = try Traffic()
            let spool = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID().uuidString)")
                .path(percentEncoded: false)
            defer { try? FileManager.default.removeItem(atPath: spool) }
            let health = "health: \"127.0.0.1:8080\""
            let file = try ConfigurationFile(self.file(otlp, prometheus(9464), more: "\(health), spool: \"\(spool)\""))
            let agent = try agent(file, in: traffic)
            // Nobody could open this spool now; the agent still has it.
            try FileManager.default.removeItem(atPath: spool)
            try Data().write(to: URL(filePath: spool))
            let other = try RunningProcess(
                ["python3", "-c", "import socket; s=socket.create_server(('127.0.0.1', 9465)); s.accept()"],
                in: traffic
            )
            defer { other.signal(SIGKILL) }
            _ = try eventually("port 9465 to be taken") {
                try run(["ss", "-Hltn", "sport = :9465"], in: traffic).output.isEmpty ? nil : true
            }
            try file.write(self.file(console, prometheus(9465), more: "health: \"127.0.0.1:8081\""))
            agent.signal(SIGHUP)
            _ = try eventually("the refusal") {
                agent.error.contains("was refused; the old one stays in effect") ? true : nil
            }
            #expect(agent.error.contains("SIGHUP: cannot listen on 127.0.0.1:9465"), "\(agent.error)")
            #expect(try get("http://127.0.0.1:8080/livez", in: traffic).body == "live\n")
            #expect(try get("http://127.0.0.1:9464/metrics", in: traffic).body.contains("# TYPE"))
            #expect(try get("http://127.0.0.1:8081/livez", in: traffic).status == 0)
        }

        @Test func `servers that change places take over each other's ports`() throws {
            let traffic = try Traffic()
            let file = try ConfigurationFile(self.file(console, prometheus(9464), more: "health: \"127.0.0.1:8080\""))
            let agent = try agent(file, in: traffic)
            try file.write(self.file(console, prometheus(8080), more: "health: \"0.0.0.0:9464\""))
            agent.signal(SIGHUP)
            _ = try eventually("the change") { agent.error.contains("the configuration has changed") ? true : nil }
            #expect(try get("http://127.0.0.1:9464/livez", in: traffic).body == "live\n")
            #expect(try get("http://127.0.0.1:8080/metrics", in: traffic).body.contains("# TYPE"))
        }
    }
}
