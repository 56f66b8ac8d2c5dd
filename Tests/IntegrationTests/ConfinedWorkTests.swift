import Foundation
import Testing

/// Everything that the agent does for long after its start, done without any privilege.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.canTestCollector, "needs root and a Collector")) struct ConfinedWorkTests {
        /// What a user without rights can use: a spool of its own, and certificates that it may read.
        private final class Files {
            let directory: URL

            init(_ certificates: Certificates) throws {
                directory = URL(filePath: NSTemporaryDirectory()).appending(path: "confined-\(UUID().uuidString)")
                try FileManager.default.createDirectory(
                    at: directory.appending(path: "spool"),
                    withIntermediateDirectories: true
                )
                unsafe chown(path("spool"), ConfinedAgent.user, ConfinedAgent.user)
                try trust("ca.pem", of: certificates)
            }

            deinit {
                try? FileManager.default.removeItem(at: directory)
            }

            func path(_ name: String) -> String { directory.appending(path: name).path(percentEncoded: false) }

            /// Replaces the file of trusted certificates, as Kubernetes and cert-manager do: by another file.
            func trust(_ name: String, of certificates: Certificates) throws {
                let text = try String(contentsOfFile: certificates.path(name), encoding: .utf8)
                try text.write(toFile: path("trusted.pem"), atomically: true, encoding: .utf8)
            }

            func configuration(team: String = "a", attributes: String = "") -> String {
                """
                file_format: "1.1"
                resource: {attributes_list: team=\(team)}
                meter_provider:
                  readers:
                  - periodic:
                      interval: 200
                      exporter:
                        otlp_http:
                          endpoint: "https://localhost:4318/v1/metrics"
                          tls: {ca_file: \(path("trusted.pem"))}
                          timeout: 1000
                  - pull: {exporter: {prometheus/development: {host: 127.0.0.1, port: 9464}}}
                tcplens/development:
                  health: 127.0.0.1:8080
                  spool: \(path("spool"))
                  attributes: [\(attributes)]
                """
            }

            /// How many bytes are in the spool's files.
            var spooledBytes: Int {
                let files = (try? FileManager.default.contentsOfDirectory(atPath: path("spool"))) ?? []
                return files.reduce(0) { sum, file in
                    let attributes = try? FileManager.default.attributesOfItem(atPath: path("spool/\(file)"))
                    return sum + (attributes?[.size] as? Int ?? 0)
                }
            }
        }

        private static func ready(in traffic: Traffic) throws -> Int32 {
            Int32(try get("http://127.0.0.1:8080/readyz", in: traffic).status)
        }

        private static func scrape(in traffic: Traffic) throws -> String {
            try get("http://127.0.0.1:9464/metrics", in: traffic).body
        }

        @Test func `exports, certificates, spool, health, scrapes and reloads work without any privilege`() throws {
            let (traffic, certificates) = (try Traffic(), try Certificates())
            let files = try Files(certificates)
            let file = try ConfigurationFile(files.configuration())
            let collector = try Collector(in: traffic, .init(server: certificates.server()))
            let agent = try ConfinedAgent(["--config", file.path], holding: ["bpf", "perfmon"], in: traffic)
            func exports(team: String) -> Int {
                collector.report.exports.count { $0.resource["team"] == "Str(\(team))" }
            }
            _ = try eventually("ten exports: \(agent.process.error)") { exports(team: "a") >= 10 ? true : nil }
            #expect(try Self.ready(in: traffic) == 200)
            #expect(try Self.scrape(in: traffic).contains("system_network_connection_count"))

            // Nobody trusts the Collector any more, so that what is collected waits on disk.
            let before = files.spooledBytes
            try files.trust("other-ca.pem", of: certificates)
            _ = try eventually("not to be ready") { try Self.ready(in: traffic) == 503 ? true : nil }
            _ = try eventually("requests in the spool") { files.spooledBytes > before + 10_000 ? true : nil }
            let missing = exports(team: "a")
            try files.trust("ca.pem", of: certificates)
            _ = try eventually("to be ready again") { try Self.ready(in: traffic) == 200 ? true : nil }
            _ = try eventually("what waited: \(agent.process.error)") {
                exports(team: "a") >= missing + 10 ? true : nil
            }

            // Other programs are loaded, and another resource is exported.
            try traffic("listen 4 7001 128", "connect a 4 7001 3")
            try file.write(files.configuration(team: "b", attributes: "network.local.port"))
            agent.process.signal(SIGHUP)
            _ = try eventually("ten exports of the new set: \(agent.process.error)") {
                exports(team: "b") >= 10 ? true : nil
            }
            #expect(agent.process.error.contains("the programs were loaded again"))
            #expect(try Self.scrape(in: traffic).contains("network_local_port=\"7001\""))
            #expect(try ConfinedAgent.field("CapPrm", of: agent.identifier) == ["0000000000000000"])
            agent.process.signal(SIGTERM)
            agent.process.wait()
            #expect(agent.process.status == 0)
            #expect(!agent.process.error.contains("not permitted") && !agent.process.error.contains("denied"))
        }

        @Test func `what a reload can't open is refused with the reason, and nothing changes`() throws {
            let (traffic, certificates) = (try Traffic(), try Certificates())
            let files = try Files(certificates)
            let file = try ConfigurationFile(files.configuration())
            let agent = try ConfinedAgent(["--config", file.path], holding: ["bpf", "perfmon"], in: traffic)
            _ = try eventually("the start: \(agent.process.error)") {
                agent.process.error.contains("health is served") ? true : nil
            }
            let elsewhere = files.configuration().replacingOccurrences(of: files.path("spool"), with: "/var/tmp/none")
            try file.write(elsewhere)
            agent.process.signal(SIGHUP)
            _ = try eventually("a refusal") {
                agent.process.error.contains("/var/tmp/none can't be opened without a restart") ? true : nil
            }
            try file.write(files.configuration().replacingOccurrences(of: "attributes: []", with: "confinement: []"))
            agent.process.signal(SIGHUP)
            _ = try eventually("another refusal") {
                agent.process.error.contains("what was given up can't be taken back") ? true : nil
            }
        }

        @Test func `without the broker the agent goes on, and says why it can't load programs`() throws {
            let (traffic, certificates) = (try Traffic(), try Certificates())
            let files = try Files(certificates)
            let file = try ConfigurationFile(files.configuration())
            let agent = try ConfinedAgent(["--config", file.path], holding: ["bpf", "perfmon"], in: traffic)
            _ = try eventually("the start: \(agent.process.error)") {
                agent.process.error.contains("health is served") ? true : nil
            }
            kill(try #require(try agent.broker), SIGKILL)
            try file.write(files.configuration(attributes: "network.peer.port"))
            agent.process.signal(SIGHUP)
            _ = try eventually("a refusal: \(agent.process.error)") {
                agent.process.error.contains("tcplens-broker, which keeps the privileges, has ended") ? true : nil
            }
            #expect(try Self.scrape(in: traffic).contains("system_network_connection_count"))
        }
    }
}
