import Foundation
import Testing

/// How `tcplens run` reads its environment, its options and its file.
extension PeerIntegrationTests {
    @Suite struct ConfigurationTests {
        private let tcplens = Executable.tcplens

        /// A command that runs as a user who may not load programs.
        private func unprivileged(_ arguments: [String]) -> [String] {
            let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            return Executable.isRoot ? nobody + arguments : arguments
        }

        private static let secrets = [
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20s3cret,api-key=s3cret",
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://us3r:hunter2@127.0.0.1:9/v1/metrics?key=s3cret",
            "https_proxy": "http://us3r:hunter2@127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "300",
        ]

        @Test func `the resolved configuration is printed in a form that can be read again, and nothing is loaded`()
            throws
        {
            let environment = Self.secrets.merging(["OTEL_METRICS_EXPORTER": "otlp,console"]) { $1 }
            let arguments = [
                tcplens, "run", "--print-config", "--interval", "5s", "--attributes", "network.local.port",
            ]
            let first = try run(unprivileged(arguments), environment: environment)
            #expect(first.status == 0, "\(first.error)")
            #expect(first.output.hasPrefix("file_format: \"1.1\"\n"))
            #expect(first.output.contains("interval: 5000\n"))
            #expect(first.output.contains("endpoint: http://***@127.0.0.1:9/v1/metrics?***\n"))
            #expect(first.output.contains("- name: api-key\n"))
            let file = try ConfigurationFile(first.output)
            let second = try run([tcplens, "run", "--config", file.path, "--print-config"])
            #expect(second.status == 0, "\(second.error)")
            #expect(second.output == first.output)
            #expect(second.error.contains("put the secret there"))
        }

        @Test(
            .enabled(if: Executable.isRoot, "needs root"),
            arguments: [["--log-level", "trace"], ["--print-config"]]
        )
        func `no secret appears in what is printed and logged, whatever goes wrong`(options: [String]) throws {
            // Nothing listens there, so the export fails and says why.
            let result = try run([tcplens, "run", "--once"] + options, environment: Self.secrets)
            #expect(result.status == (options == ["--print-config"] ? 0 : 1), "\(result.error)")
            let file = try ConfigurationFile(
                """
                file_format: "1.1"
                meter_provider:
                  readers:
                  - periodic:
                      exporter:
                        otlp_http:
                          endpoint: http://us3r:hunter2@127.0.0.1:9/?k=s3cret
                          headers: [{name: api-key, value: s3cret}]
                          timeout: 300
                """
            )
            let byFile = try run([tcplens, "run", "--once", "--config", file.path] + options)
            #expect(byFile.status == result.status, "\(byFile.error)")
            for text in [result.output, result.error, byFile.output, byFile.error] {
                for secret in ["s3cret", "hunter2", "us3r"] {
                    #expect(!text.contains(secret), "\(text)")
                }
            }
            #expect(options == ["--print-config"] || byFile.error.contains("cannot export"))
        }

        @Test func `a file with mistakes ends with 2 and one line for each, with its place`() throws {
            let file = try ConfigurationFile(
                """
                file_format: "1.1"
                disabled: no
                meter_provider:
                  readers:
                  - periodic:
                      interval: soon
                      exporter: {otlp_http: {headers: [{name: api-key, value: 12345}]}}
                """
            )
            for command in [[tcplens, "run", "--config", file.path], [tcplens, "run"]] {
                let result = try run(command + ["--print-config"], environment: ["OTEL_CONFIG_FILE": file.path])
                #expect(result.status == 2)
                #expect(result.output.isEmpty)
                let lines = result.error.split(separator: "\n")
                #expect(lines.count == 3, "\(result.error)")
                for (line, place) in zip(lines, ["2:11", "6:17", "7:63"]) {
                    #expect(line.hasPrefix("tcplens: \(file.path):\(place): "))
                }
                #expect(!result.error.contains("12345"))
            }
        }

        @Test(arguments: ["/nonexistent/tcplens.yaml", "/etc/passwd", "/tmp"])
        func `a file that can't be read ends with 2 and is named`(path: String) throws {
            let result = try run([tcplens, "run", "--config", path])
            #expect(result.status == 2)
            #expect(result.error.hasPrefix("tcplens: \(path): "))
            #expect(result.error.split(separator: "\n").count == 1)
        }

        @Test func `a disabled agent needs no privileges, waits, and ends with 0 (conformance 29)`() throws {
            let agent = try RunningProcess(unprivileged([tcplens, "run"]), environment: ["OTEL_SDK_DISABLED": "true"])
            _ = try eventually("the agent to say so") { agent.error.contains("nothing is observed") ? true : nil }
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0, "\(agent.error)")
        }

        @Test func `no core dump is written when it crashes`() throws {
            let agent = try RunningProcess(unprivileged([tcplens, "run"]), environment: ["OTEL_SDK_DISABLED": "true"])
            _ = try eventually("the agent to start") { agent.error.contains("nothing is observed") ? true : nil }
            let folder = "/proc/\(agent.processIdentifier)"
            let limits = try String(contentsOfFile: "\(folder)/limits", encoding: .utf8)
            let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
            #expect(core?.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"])
            // The files of a process that is not dumpable belong to root (proc(5)).
            let owner = try FileManager.default.attributesOfItem(atPath: "\(folder)/environ")[.ownerAccountID] as? Int
            #expect(owner == 0)
        }
    }
}
