import Foundation
import Testing

/// Endpoints, listeners and spools: `doctor` and `run` come to the same result.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct DoctorEndpointTests {
        /// A sink in its own namespace, at the default port.
        private func sink(_ options: String..., in namespace: Traffic) throws -> RunningProcess {
            let sink = try RunningProcess([Executable.tcplens, "sink"] + options, in: namespace)
            _ = try eventually("the sink to listen") { sink.error.contains("listening") ? true : nil }
            return sink
        }

        // MARK: Receivers

        @Test(arguments: ["none", "gzip"])
        func `a receiver that takes exports takes the empty one`(compression: String) throws {
            let namespace = try Traffic()
            let sink = try sink(in: namespace)
            let environment = ["OTEL_EXPORTER_OTLP_COMPRESSION": compression]
            let diagnosis = try Condition(environment: environment, namespace: namespace).expectAgreement()
            #expect(try diagnosis.check("endpoint connection").found == "127.0.0.1:4318")
            #expect(try diagnosis.check("endpoint export").found.contains("HTTP 200: an empty export was accepted"))
            withExtendedLifetime(sink) {}
        }

        @Test(.enabled(if: Executable.canTestCollector, "skipped: no otelcol"))
        func `a real Collector takes the empty export, and its clock agrees`() throws {
            let namespace = try Traffic()
            let collector = try Collector(in: namespace)
            let diagnosis = try Condition(namespace: namespace).examine()
            #expect(diagnosis.ok, "\(diagnosis.failed)")
            #expect(try diagnosis.check("endpoint clock").status == "ok")
            #expect(collector.report.exports.isEmpty, "nothing may arrive")
            try Condition(namespace: namespace).expectAgreement()
        }

        @Test func `an endpoint where nobody listens and an unknown name have different reasons`() throws {
            var condition = Condition(namespace: try Traffic())
            // How long run --once tries to reach a receiver that does not exist.
            condition.environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "700"
            try condition.expectAgreement(
                failing: "endpoint connection",
                says: "Is a Collector listening there?",
                "sport = :4318"
            )
            condition.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector.invalid:4318"
            try condition.expectAgreement(
                failing: "endpoint name",
                says: "collector.invalid",
                "getent hosts collector.invalid"
            )
            condition.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "unix:///nonexistent/otel.sock"
            try condition.expectAgreement(failing: "endpoint connection", says: "ls -l /nonexistent/otel.sock")
        }

        @Test func `an endpoint that accepts and never answers does not block for ever`() throws {
            let namespace = try Traffic()
            try namespace("listen 4 4318 16")
            let condition = Condition(
                environment: [
                    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_EXPORTER_OTLP_TIMEOUT": "2000",
                ],
                namespace: namespace
            )
            let diagnosis = try condition.expectAgreement(failing: "endpoint export", says: "timed out")
            #expect(try diagnosis.check("endpoint connection").status == "ok")
        }

        @Test(arguments: [
            (401, "OTEL_EXPORTER_OTLP_HEADERS"), (404, "v1/metrics"), (503, "HTTP 503"), (400, "HTTP 400"),
        ])
        func `a receiver that refuses is quoted`(status: Int, words: String) throws {
            let namespace = try Traffic()
            // The test does not wait that long.
            let sink = try sink("--respond", "\(status)", "--retry-after", "3600", in: namespace)
            try Condition(namespace: namespace).expectAgreement(
                failing: "endpoint export",
                says: "HTTP \(status)",
                words
            )
            withExtendedLifetime(sink) {}
        }

        @Test(arguments: [503, 400])
        func `a receiver that refuses once, or only what is empty, works`(status: Int) throws {
            let namespace = try Traffic()
            let sink = try sink("--respond", "\(status)", "--times", "1", in: namespace)
            try Condition(namespace: namespace).expectAgreement()
            #expect(sink.error.contains("answered \(status)"))
        }

        @Test func `exporters without a receiver work for both`() throws {
            for exporters in ["none", "console"] {
                let condition = Condition(
                    environment: ["OTEL_METRICS_EXPORTER": exporters],
                    namespace: try Traffic()
                )
                try condition.expectAgreement()
            }
            let disabled = Condition(
                environment: ["OTEL_SDK_DISABLED": "true"],
                mounts: "mount -t tmpfs none /sys/kernel/btf"
            )
            let diagnosis = try disabled.expectAgreement()
            #expect(diagnosis.checks.contains { $0.status == "warning" && $0.found.contains("OTEL_SDK_DISABLED") })
            // It is only too long with --once.
            let scraped = Condition(
                options: ["--once"],
                environment: ["OTEL_METRICS_EXPORTER": "prometheus"],
                namespace: try Traffic()
            )
            #expect(try scraped.command(["run"] + scraped.options).status == 2)
            #expect(try scraped.examine().failed.first?.found.contains("--once has nowhere to export to") == true)
        }

        // MARK: Configuration

        @Test func `a configuration that can't be followed is reported with its place`() throws {
            let file = try ConfigurationFile("file_format: \"1.1\"\nmeter_provider:\n  readers: nonsense\n")
            try Condition(options: ["--config", file.path]).expectAgreement(
                failing: "configuration",
                says: "\(file.path):3:",
                "tcplens run --print-config"
            )
            try Condition(options: ["--config", "/nonexistent.yaml"])
                .expectAgreement(failing: "configuration", says: "/nonexistent.yaml")
            try Condition(options: ["--interval", "0"]).expectAgreement(failing: "configuration", says: "--interval")
            try Condition(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"])
                .expectAgreement(failing: "configuration", says: "OTEL_EXPORTER_OTLP_ENDPOINT")
        }

        // MARK: Addresses

        @Test func `an address in use stops both, and the program that has it is named`() throws {
            let namespace = try Traffic()
            let sink = try sink("--port", "8080", in: namespace)
            var condition = Condition(
                options: ["--health", "127.0.0.1:8080"],
                environment: ["OTEL_METRICS_EXPORTER": "console"],
                namespace: namespace
            )
            let signs = "health is served"
            try condition.expectAgreement(
                failing: "address for health",
                says: "process \(sink.processIdentifier)",
                "sudo kill \(sink.processIdentifier)",
                until: signs
            )
            condition.options = ["--health", "127.0.0.1:8081"]
            try condition.expectAgreement(until: signs)
            // Both listeners can't have the same address.
            condition.environment = [
                "OTEL_METRICS_EXPORTER": "prometheus", "OTEL_EXPORTER_PROMETHEUS_HOST": "127.0.0.1",
                "OTEL_EXPORTER_PROMETHEUS_PORT": "8081",
            ]
            try condition.expectAgreement(failing: "configuration", says: "127.0.0.1:8081")
            condition.options = ["--health", "192.0.2.1:8081"]
            try condition.expectAgreement(
                failing: "address for health",
                says: "not an address of this machine",
                until: signs
            )
            // An agent that exports once does not listen.
            condition.environment = ["OTEL_METRICS_EXPORTER": "console"]
            condition.options = ["--health", "127.0.0.1:8080", "--once"]
            #expect(try condition.examine().ok)
            #expect(try condition.command(["run"] + condition.options).status == 0)
        }

        // MARK: Spools

        @Test func `a spool that another agent holds stops both, and that agent keeps it`() throws {
            let namespace = try Traffic()
            let sink = try sink(in: namespace)
            let spool = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)")
                .path(percentEncoded: false)
            defer { try? FileManager.default.removeItem(atPath: spool) }
            func files() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: spool)) ?? [] }
            let condition = Condition(options: ["--spool", spool], namespace: namespace)
            #expect(try condition.examine().check("spool").status == "ok")
            #expect(!FileManager.default.fileExists(atPath: spool), "nothing may stay")
            let agent = try RunningProcess([Executable.tcplens, "run", "--spool", spool], in: namespace)
            let lock = "\(spool)/lock"
            let owner = try eventually("the agent to have the spool") {
                (try? String(contentsOfFile: lock, encoding: .utf8)).flatMap { $0.isEmpty ? nil : $0 }
            }
            // Its first export was briefly in the spool.
            _ = try eventually("an empty spool") { sink.output.isEmpty || files() != ["lock"] ? nil : true }
            try condition.expectAgreement(failing: "spool", says: "process \(agent.processIdentifier)", "cat \(lock)")
            #expect(try String(contentsOfFile: lock, encoding: .utf8) == owner)
            #expect(files() == ["lock"])
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0, "\(agent.error)")
            try condition.expectAgreement()
            withExtendedLifetime(sink) {}
        }

        // MARK: Pins

        @Test func `where nothing can be pinned, both stop, and an agent keeps its directory`() throws {
            let pins = "/sys/fs/bpf/tcplens-test-\(UUID().uuidString.prefix(8))"
            var condition = Condition(
                options: ["--pin", pins],
                environment: ["OTEL_METRICS_EXPORTER": "console"],
                namespace: try Traffic()
            )
            defer { _ = try? run([Executable.tcplens, "unpin", pins]) }
            #expect(try condition.examine().check("pinned state").found == "\(pins) can be made")
            #expect(!FileManager.default.fileExists(atPath: pins), "nothing may stay")
            try condition.expectAgreement()
            let left = try condition.examine().check("pinned state").found
            #expect(
                left.hasPrefix("\(pins) is free; it has ") && left.hasSuffix(" programs, links and maps"),
                "\(left)"
            )
            let agent = try RunningProcess(
                [Executable.tcplens, "run"] + condition.options,
                in: condition.namespace,
                environment: condition.environment
            )
            _ = try eventually("the agent") { agent.error.contains("adopted the pinned programs") ? true : nil }
            try condition.expectAgreement(failing: "pinned state", says: "another agent has \(pins)")
            #expect(agent.isRunning)
            agent.signal(SIGTERM)
            agent.wait()
            condition.options = ["--pin", "/tmp/tcplens-pins"]
            try condition.expectAgreement(failing: "pinned state", says: "mount -t bpf", "findmnt -T /tmp/tcplens-pins")
        }

        @Test func `a directory that is not usable as a spool stops both`() throws {
            let namespace = try Traffic()
            let sink = try sink(in: namespace)
            let folder = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)")
                .path(percentEncoded: false)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
            let refusals = [(folder, "others may write there"), ("\(folder)/a/b", "Create its parent directory")]
            for (path, words) in refusals {
                try Condition(options: ["--spool", path], namespace: namespace)
                    .expectAgreement(failing: "spool", says: words)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            withExtendedLifetime(sink) {}
        }

        // MARK: Secrets

        @Test(arguments: ["text", "json"])
        func `no secret is shown, whatever works or fails`(format: String) throws {
            let namespace = try Traffic()
            let sink = try sink("--respond", "401", "--times", "1", in: namespace)
            let secrets = ["t0ken-of-ours", "s3cret-key", "hunter2", "qu3ry-secret", "pr0xy-secret"]
            var environment = [
                "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20t0ken-of-ours,api-key=s3cret-key,bad",
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://me:hunter2@127.0.0.1:4318/v1/metrics?key=qu3ry-secret",
            ]
            func look() throws -> String {
                let result = try run(
                    [Executable.tcplens, "doctor", "--format", format, "--log-level", "trace"],
                    in: namespace,
                    environment: environment
                )
                for secret in secrets {
                    #expect(!(result.output + result.error).contains(secret), "\(result.output)\(result.error)")
                }
                return result.output
            }
            #expect(try look().contains("HTTP 401"))
            // These would have been sent. They are shown without their values.
            #expect(try look().contains("with Authorization, api-key"))
            environment["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] =
                "https://me:hunter2@collector.invalid/?key=qu3ry-secret"
            #expect(try look().contains("collector.invalid"))
            environment["https_proxy"] = "http://me:pr0xy-secret@127.0.0.1:9"
            #expect(try look().contains("through the proxy http://127.0.0.1:9"))
            environment["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = "ftp://me:hunter2@collector?key=qu3ry-secret"
            #expect(try look().contains("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"))
            withExtendedLifetime(sink) {}
        }
    }
}
