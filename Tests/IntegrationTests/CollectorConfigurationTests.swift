import Foundation
import Testing

/// The configurations of `otel-collector-config`, run by a real Collector between a real agent and real backends.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"))
    struct CollectorConfigurationTests {
        /// The Collector's endpoint for the agent.
        private static let local = ["OTEL_EXPORTER_OTLP_ENDPOINT": Collector.endpoint]
        private static let login = Backend.Login()

        /// Makes connections over IPv6, which no part of the pipeline uses, in several states.
        private func connect(in traffic: Traffic) throws {
            try traffic("listen 6 7001 128", "connect a 6 7001 7", "connect b 6 7001 5", "shutdown b client")
            try traffic("connect c 6 7001 3", "close c client", "close c server")
            try traffic.settle()
        }

        /// Checks that the backend has what `ss` shows, and the connections that were made while the agent ran.
        private func expectAll(in backend: Backend, _ traffic: Traffic) throws {
            let expected = try SocketTable.ss(in: traffic).ipv6
            _ = try eventually("the numbers of ss (\(expected))") {
                SocketTable(try backend.rows("system_network_connection_count")).ipv6 == expected ? true : nil
            }
            #expect(expected.counts.count == 5, "\(expected)")
            let server = #"{tcplens_connection_role="server",network_type="ipv6",error_type=""}"#
            for name in ["tcplens_handshakes_total", "tcplens_handshake_duration_seconds_count"] {
                #expect(try backend.rows("\(name)\(server)").map(\.value) == [15], "\(name)")
            }
        }

        private func agent(in traffic: Traffic, _ environment: [String: String]) throws -> RunningProcess {
            try RunningProcess(
                [Executable.tcplens, "run", "--interval", "500ms"],
                in: traffic,
                environment: environment
            )
        }

        /// Checks that nobody can read the secret, and that there is only one place for one.
        private func expectSecret(in collector: ShippedCollector) throws {
            let secret = Self.login.authorization
            #expect(try !collector.commandLine().contains(secret.suffix(10)))
            #expect(!collector.log.contains(secret.suffix(10)))
        }

        @Test(arguments: ["sidecar", "node"])
        func `what the agent counts arrives in a backend that wants a password`(name: String) throws {
            let traffic = try Traffic()
            let backend = try Backend(.victoriaMetrics, in: traffic, Self.login)
            let endpoint = try #require(backend.endpoint)
            let environment = ["BACKEND_ENDPOINT": endpoint, "BACKEND_AUTHORIZATION": Self.login.authorization]
            let collector = try ShippedCollector(name, in: traffic, environment)
            let agent = try agent(in: traffic, Self.local)
            _ = try eventually("a first export") { try backend.rows("tcplens_handshakes_total").first }
            try connect(in: traffic)
            try expectAll(in: backend, traffic)
            try expectSecret(in: collector)
            withExtendedLifetime(agent) {}
        }

        @Test func `a backend's refusal of the password is in the log, and the password is not`() throws {
            let traffic = try Traffic()
            let backend = try Backend(.victoriaMetrics, in: traffic, Self.login)
            let endpoint = try #require(backend.endpoint)
            let environment = ["BACKEND_ENDPOINT": endpoint, "BACKEND_AUTHORIZATION": "Basic bm9ib2R5Om5vdGhpbmc="]
            let collector = try ShippedCollector("node", in: traffic, environment)
            let agent = try agent(in: traffic, Self.local)
            _ = try eventually("the refusal") { collector.log.contains("401") ? true : nil }
            #expect(!collector.log.contains("bm9ib2R5Om5vdGhpbmc="))
            #expect(try backend.rows("tcplens_handshakes_total").isEmpty)
            withExtendedLifetime(agent) {}
        }

        /// Sends what an agent counts through a configuration without secrets, and checks what arrived.
        private func forward(
            by name: String,
            to kind: Backend.Kind,
            _ check: (Backend, ShippedCollector) throws -> Void
        ) throws {
            let traffic = try Traffic()
            let backend = try Backend(kind, in: traffic)
            let collector = try ShippedCollector(
                name,
                in: traffic,
                ["BACKEND_ENDPOINT": try #require(backend.endpoint)]
            )
            let agent = try agent(in: traffic, Self.local)
            _ = try eventually("a first export") { try backend.rows("tcplens_handshakes_total").first }
            try connect(in: traffic)
            try expectAll(in: backend, traffic)
            try check(backend, collector)
            withExtendedLifetime(agent) {}
        }

        @Test func `the configuration to start from prints and forwards`() throws {
            try forward(by: "collector", to: .victoriaMetrics) { backend, collector in
                #expect(collector.log.contains("data points"), "\(collector.log.suffix(500))")
            }
        }

        @Test func `a gateway takes a fleet: over TLS, from those with a certificate only, and passes all on`() throws {
            let (traffic, certificates) = (try Traffic(), try Certificates())
            let backend = try Backend(.victoriaMetrics, in: traffic, Self.login)
            let gateway = try ShippedCollector(
                "gateway",
                in: traffic,
                [
                    "COLLECTOR_LISTEN": "0.0.0.0:5318",
                    "TLS_CERT_FILE": certificates.path("server.pem"), "TLS_KEY_FILE": certificates.path("server.key"),
                    "TLS_CLIENT_CA_FILE": certificates.path("ca.pem"),
                    "BACKEND_ENDPOINT": try #require(backend.endpoint),
                    "BACKEND_AUTHORIZATION": Self.login.authorization,
                ]
            )
            let listeners = try run(["ss", "-Htln", "sport", "=", "5318"], in: traffic).output
            #expect(listeners.contains("*:5318"), "\(listeners)")
            let own = try get("http://127.0.0.1:8888/metrics", in: traffic).body
            #expect(own.contains(/otelcol_exporter_queue_capacity\{[^}]*\} 5.36870912e\+08/), "\(own)")

            // An agent beside the gateway, without a certificate and with the wrong one.
            let direct = ["OTEL_EXPORTER_OTLP_ENDPOINT": "https://localhost:5318"]
            for wrong in [nil, "unknown"] {
                let environment = certificates.client(wrong, timeout: 3000).merging(direct) { $1 }
                let refused = try run([Executable.tcplens, "run", "--once"], in: traffic, environment: environment)
                #expect(refused.status == 1)
            }
            #expect(try backend.rows("system_network_connection_count").isEmpty)

            // The Collector of a node in between, which has the certificate.
            let node = try ShippedCollector(
                "node",
                in: traffic,
                [
                    "BACKEND_ENDPOINT": "https://localhost:5318", "BACKEND_CA_FILE": certificates.path("ca.pem"),
                    "BACKEND_CERT_FILE": certificates.path("client.pem"),
                    "BACKEND_KEY_FILE": certificates.path("client.key"),
                ]
            )
            let agent = try agent(in: traffic, Self.local)
            _ = try eventually("a first export") { try backend.rows("tcplens_handshakes_total").first }
            try connect(in: traffic)
            try expectAll(in: backend, traffic)
            // And the agent itself.
            let alone = certificates.client("client").merging(direct) { $1 }
                .merging(["OTEL_RESOURCE_ATTRIBUTES": "host.name=another"]) { $1 }
            #expect(try run([Executable.tcplens, "run", "--once"], in: traffic, environment: alone).status == 0)
            _ = try eventually("the other host") {
                try backend.rows(#"system_network_connection_count{host_name="another"}"#).first
            }
            try expectSecret(in: gateway)
            withExtendedLifetime((agent, node)) {}
        }

        @Test(.enabled(if: Executable.canTestReceivingPrometheus, "apart: make test-backends builds what it needs"))
        func `Prometheus receives what the agent counts`() throws {
            try forward(by: "prometheus", to: .receiving) { backend, collector in
                let rows = try backend.rows("system_network_connection_count")
                #expect(rows.allSatisfy { $0.labels["job"] == "tcplens" && $0.labels["host_name"] != nil })
                #expect(backend.complaints.isEmpty, "\(backend.complaints)")
                #expect(!collector.log.contains("\terror\t"), "\(collector.log)")
            }
        }

        @Test(arguments: ShippedCollector.core.filter { $0 != "collector" })
        func `a variable that is missing is named, and the Collector does not start`(name: String) throws {
            let traffic = try Traffic()
            let collector = try #require(Executable.collector)
            let result = try RunningProcess([collector, "--config", ShippedCollector.path(name)], in: traffic)
            result.wait(within: .seconds(20))
            #expect(result.status == 1)
            func isNamed(_ variable: String) -> Bool {
                result.error.contains("unset environment variable\t{\"name\": \"\(variable)\"}")
            }
            #expect(isNamed("BACKEND_ENDPOINT"), "\(result.error)")
            #expect(result.error.contains("Error: invalid configuration: "), "\(result.error)")
            if name == "gateway" {
                #expect(isNamed("TLS_CERT_FILE") && isNamed("TLS_KEY_FILE"))
            } else {
                #expect(result.error.contains("at least one endpoint must be specified"))
            }
        }

        @Test func `each file says when to use it, names its variables, and has no secret in it`() throws {
            let folder = ShippedCollector.folder.path(percentEncoded: false)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            let names = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
            let known = ShippedCollector.core + ShippedCollector.contrib.keys
            #expect(Set(names) == Set(known + ["tcplens"]))
            for name in known where name != "collector" {
                let text = try ShippedCollector.text(name)
                let header = text.components(separatedBy: "\n").prefix { $0.hasPrefix("#") }.joined(separator: "\n")
                #expect(header.contains("Use it "), "\(name)")
                #expect(header.contains("NOT RUN HERE") == name.hasPrefix("contrib-"), "\(name)")
                for variable in text.matches(of: /\$\{env:([A-Z0-9_]+)/).map(\.1) {
                    #expect(header.contains(variable), "\(name): \(variable)")
                }
                let authorizations = text.matches(of: /(?m)^ *authorization: (.*)$/).map(\.1)
                #expect(authorizations.allSatisfy { $0 == "${env:BACKEND_AUTHORIZATION:-}" }, "\(name)")
            }
        }

        /// The settings of contrib's components can't be checked without them; everything around them can.
        @Test(arguments: ShippedCollector.contrib.keys.sorted())
        func `a contrib file merges with its base, and nothing but its components is unknown`(name: String) throws {
            let (base, components) = try #require(ShippedCollector.contrib[name])
            let traffic = try Traffic()
            let environment = ["BACKEND_ENDPOINT": "http://localhost:9", "TLS_CERT_FILE": "a", "TLS_KEY_FILE": "b"]
            func validate(_ path: String) throws -> CommandResult {
                let collector = try #require(Executable.collector)
                return try run(
                    [collector, "validate", "--config", ShippedCollector.path(base), "--config", path],
                    in: traffic,
                    environment: environment
                )
            }
            let unknown = try validate(ShippedCollector.path(name))
            #expect(unknown.status == 1)
            let types = Set(unknown.error.matches(of: /unknown type: "(\w+)"/).map { String($0.1) })
            #expect(!types.isEmpty && types.isSubset(of: components), "\(unknown.error)")

            // With a component of the core in the place of each, the rest is complete.
            var text = try ShippedCollector.text(name)
            text.replace(/(?m)^(processors|extensions):\n(?:(?: .*)?\n)+/) { match in
                let core = match.1 == "processors" ? "memory_limiter" : "zpages"
                let settings = core == "zpages" ? "{endpoint: \"localhost:0\"}" : "{check_interval: 1s, limit_mib: 9}"
                let entries = components.map { "  \(core)/\($0): \(settings)" }
                return "\(match.1):\n\(entries.joined(separator: "\n"))\n\n"
            }
            for component in components {
                let core = text.contains("zpages/\(component)") ? "zpages" : "memory_limiter"
                // Where it is used: in a list, or at the end of a line.
                for (before, after) in [("[", ","), ("[", "]"), (" ", "]"), (" ", "\n")] {
                    text.replace("\(before)\(component)\(after)", with: "\(before)\(core)/\(component)\(after)")
                }
            }
            let file = URL(filePath: NSTemporaryDirectory()).appending(path: "\(UUID().uuidString).yaml")
            defer { try? FileManager.default.removeItem(at: file) }
            try text.write(to: file, atomically: true, encoding: .utf8)
            let complete = try validate(file.path(percentEncoded: false))
            #expect(complete.status == 0, "\(complete.error)\n\(text)")
        }
    }
}
