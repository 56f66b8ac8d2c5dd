import Foundation
import Testing

/// `SIGHUP`: the configuration is read again while the agent runs.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ReloadTests {
        /// A configuration with `exporter`, in lines that come after line 7.
        private func file(_ exporter: String, interval: Int = 3_600_000, team: String = "a", more: String = "")
            -> String
        {
            """
            file_format: "1.1"
            resource: {attributes_list: team=\(team)}
            meter_provider:
              readers:
              - periodic:
                  interval: \(interval)
                  exporter:
                    \(exporter)
            \(more)
            """
        }

        private func sink() throws -> (process: RunningProcess, exporter: String) {
            let process = try RunningProcess([Executable.tcplens, "sink", "--port", "0"])
            let port = try eventually("the sink to listen") {
                process.error.firstMatch(of: /127\.0\.0\.1:(\d+)/).map { String($0.1) }
            }
            return (process, "otlp_http: {endpoint: \"http://127.0.0.1:\(port)/v1/metrics\"}")
        }

        /// Starts an agent and waits until `output` has a collection with the team `a`.
        private func agent(_ file: ConfigurationFile, in traffic: Traffic? = nil) throws -> RunningProcess {
            try RunningProcess([Executable.tcplens, "run", "--config", file.path], in: traffic)
        }

        private func collections(of process: RunningProcess, team: String) -> Int {
            // The agent's metrics about itself are a second resource. The sink writes the word in capitals.
            process.output.split(separator: "\n").count {
                $0.lowercased().hasPrefix("resource ") && $0.contains(" team=\(team)") && !$0.contains(" process.pid=")
            }
        }

        private func waitForCollections(_ count: Int, of process: RunningProcess, team: String) throws {
            _ = try eventually("collection \(count) of team \(team)") {
                collections(of: process, team: team) >= count && process.output.hasSuffix("\n\n") ? true : nil
            }
        }

        @Test func `another resource and interval apply at once, and no counter is lost`() throws {
            let traffic = try Traffic()
            let file = try ConfigurationFile(self.file("console:"))
            let agent = try agent(file, in: traffic)
            try waitForCollections(1, of: agent, team: "a")
            try traffic("listen 4 7001 128", "connect a 4 7001 7")
            try traffic.settle()
            try file.write(self.file("console:", interval: 200, team: "b"))
            agent.signal(SIGHUP)
            try waitForCollections(3, of: agent, team: "b")
            let report = ConsoleReport(agent.output)
            #expect(report.transitions("syn_sent", "established") == 7)
            #expect(collections(of: agent, team: "a") == 1)
            #expect(agent.error.contains("SIGHUP: the configuration has changed"))
            #expect(!agent.error.contains("counters begin at zero"))
        }

        @Test func `another endpoint gets the metrics from then on`() throws {
            let (first, second) = (try sink(), try sink())
            let file = try ConfigurationFile(self.file(first.exporter))
            let agent = try agent(file)
            try waitForCollections(1, of: first.process, team: "a")
            try file.write(self.file(second.exporter, team: "b"))
            agent.signal(SIGHUP)
            try waitForCollections(1, of: second.process, team: "b")
            #expect(collections(of: first.process, team: "b") == 0)
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0, "\(agent.error)")
            // The last collection goes there too. The sink answers before it has printed all of it.
            try waitForCollections(2, of: second.process, team: "b")
            #expect(collections(of: second.process, team: "b") == 2)
        }

        @Test(arguments: [
            "headers: [{name: api-key, value: s3cret, vale: s3cret}]", "timeout: soon", "[", "endpoint: 1",
        ])
        func `a bad file is refused with its reasons, and the old one stays`(mistake: String) throws {
            let sink = try sink()
            let file = try ConfigurationFile(self.file(sink.exporter, interval: 200))
            let agent = try agent(file)
            try waitForCollections(1, of: sink.process, team: "a")
            try file.write(self.file("otlp_http: {\(mistake)}", interval: 100, team: "b"))
            agent.signal(SIGHUP)
            _ = try eventually("the refusal") {
                agent.error.contains("was refused; the old one stays in effect") ? true : nil
            }
            #expect(agent.error.contains(" SIGHUP: \(file.path):8:"), "\(agent.error)")
            #expect(!agent.error.contains("s3cret"))
            let count = collections(of: sink.process, team: "a")
            try waitForCollections(count + 2, of: sink.process, team: "a")
            // The file is corrected, and takes effect.
            try file.write(self.file(sink.exporter, interval: 200, team: "c"))
            agent.signal(SIGHUP)
            try waitForCollections(1, of: sink.process, team: "c")
            #expect(collections(of: sink.process, team: "b") == 0)
        }

        @Test func `a file that is gone is refused too, and one that did not change changes nothing`() throws {
            let file = try ConfigurationFile(self.file("console:"))
            let agent = try agent(file)
            try waitForCollections(1, of: agent, team: "a")
            agent.signal(SIGHUP)
            _ = try eventually("a word on it") {
                agent.error.contains("the configuration has not changed") ? true : nil
            }
            try FileManager.default.removeItem(atPath: file.path)
            agent.signal(SIGHUP)
            _ = try eventually("the refusal") { agent.error.contains("No such file or directory") ? true : nil }
            #expect(collections(of: agent, team: "a") == 1)
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
        }

        @Test func `a change of what is observed reloads the programs, and logs that counters start at zero`() throws {
            let traffic = try Traffic()
            let file = try ConfigurationFile(self.file("console:"))
            let agent = try agent(file, in: traffic)
            try waitForCollections(1, of: agent, team: "a")
            let before = try agent.kernelIdentifiers("prog_id")
            try traffic("listen 4 7001 128", "connect a 4 7001 7")
            try traffic.settle()
            try file.write(self.file("console:", team: "b", more: "tcplens/development: {response_time: true}"))
            agent.signal(SIGHUP)
            try waitForCollections(1, of: agent, team: "b")
            #expect(agent.error.contains("counters start at zero, with a new start time"))
            let report = ConsoleReport(agent.output)
            #expect(report.transitions("syn_sent", "established") == 0)
            #expect(report.stock("established") == 14)
            let after = try agent.kernelIdentifiers("prog_id")
            #expect(after.isDisjoint(with: before))
            #expect(after.count == before.count + 3)
        }

        @Test func `disabling unloads everything, and enabling loads it again`() throws {
            let file = try ConfigurationFile(self.file("console:"))
            let agent = try agent(file)
            try waitForCollections(1, of: agent, team: "a")
            try file.write(self.file("console:", more: "disabled: true"))
            agent.signal(SIGHUP)
            _ = try eventually("the agent to say so") { agent.error.contains("nothing is observed") ? true : nil }
            #expect(try agent.kernelIdentifiers("prog_id").isEmpty)
            try file.write(self.file("console:", team: "b"))
            agent.signal(SIGHUP)
            try waitForCollections(1, of: agent, team: "b")
        }

        @Test func `when its terminal is closed it ends`() throws {
            let pid = FileManager.default.temporaryDirectory.appending(path: "tcplens-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: pid) }
            let script = "echo $$ > \(pid.path(percentEncoded: false)); exec \(Executable.tcplens) run"
            let terminal = try RunningProcess(
                ["script", "--quiet", "--return", "--command", script, "/dev/null"],
                environment: ["OTEL_SDK_DISABLED": "true"]
            )
            _ = try eventually("the agent to start") { terminal.output.contains("nothing is observed") ? true : nil }
            let number = try String(contentsOf: pid, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            terminal.signal(SIGKILL)
            terminal.wait()
            _ = try eventually("the agent to end") {
                FileManager.default.fileExists(atPath: "/proc/\(number)") ? nil : true
            }
        }
    }
}
