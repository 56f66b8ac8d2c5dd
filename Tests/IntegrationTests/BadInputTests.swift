import Foundation
import Testing

/// Mistakes of users get one clear line and the right exit status, and no stack trace.
extension IntegrationTests {
    @Suite struct BadInputTests {
        /// Checks that a command ends with `status` and one line that contains `words`.
        private func expect(
            _ arguments: [String],
            environment: [String: String] = [:],
            status: Int32,
            says words: String,
            location: SourceLocation = #_sourceLocation
        ) throws {
            let result = try run(arguments, environment: environment)
            #expect(result.status == status, "\(result.error)", sourceLocation: location)
            #expect(result.output.isEmpty, sourceLocation: location)
            let lines = result.error.split(separator: "\n").filter { !$0.contains(" info tcplens:") }
            #expect(lines.count == 1, "\(result.error)", sourceLocation: location)
            #expect(result.error.contains(words), "\(result.error)", sourceLocation: location)
        }

        private let tcplens = Executable.tcplens

        @Test func `wrong usage ends with 2`() throws {
            try expect([tcplens, "snapshot", "--nonsense"], status: 2, says: "--nonsense")
            try expect([tcplens, "nonsense"], status: 2, says: "nonsense")
            try expect([tcplens, "run", "--interval", "0"], status: 2, says: "--interval must be more than 0")
            try expect([tcplens, "run", "--interval", "soon"], status: 2, says: "'soon'")
            try expect([tcplens, "run", "--interval=-1s"], status: 2, says: "-1s")
            try expect([tcplens, "snapshot", "--format", "xml"], status: 2, says: "xml")
            try expect([tcplens, "snapshot", "--by", "colour"], status: 2, says: "it takes port, peer-port")
            try expect([tcplens, "snapshot", "--by", "port,listener", "--format", "csv"], status: 2, says: "one --by")
            try expect([tcplens, "snapshot", "--top", "3"], status: 2, says: "needs --by")
            try expect([tcplens, "snapshot", "--scope", "pod"], status: 2, says: "it can be self or node")
            try expect([tcplens, "run", "--workload-limit", "0"], status: 2, says: "must be from 1 to 32000")
            try expect([tcplens, "run", "--attribution", "pod"], status: 2, says: "none or workload")
            try expect([tcplens, "run", "--application-resource", "on"], status: 2, says: "TCPLENS_ATTRIBUTION")
            try expect([tcplens, "sink", "--port", "65536"], status: 2, says: "--port")
            try expect([tcplens, "run", "--log-level", "loud"], status: 2, says: "loud")
        }

        @Test(arguments: ["ftp://collector:4318", "collector:4318", "http://", "http://[::1"])
        func `a malformed endpoint ends with 2`(endpoint: String) throws {
            let environment = ["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint]
            try expect([tcplens, "run"], environment: environment, status: 2, says: "OTEL_EXPORTER_OTLP_ENDPOINT")
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"))
        func `an endpoint where nothing answers ends --once with 1 and says what to do`() throws {
            let environment = [
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "300",
            ]
            let arguments = [tcplens, "run", "--once"]
            try expect(
                arguments,
                environment: environment,
                status: 1,
                says: "set the endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)"
            )
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"), arguments: ["snapshot", "run"])
        func `without privileges it says which are missing`(command: String) throws {
            let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", tcplens, command]
            try expect(nobody, status: 1, says: "CAP_BPF and CAP_PERFMON")
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"), arguments: ["snapshot", "run"])
        func `without BTF it says that the kernel lacks it`(command: String) throws {
            // In a mount namespace of its own, so that other processes still see the kernel's BTF.
            let script = "mount -t tmpfs none /sys/kernel/btf && exec \(tcplens) \(command)"
            try expect(["unshare", "--mount", "sh", "-c", script], status: 1, says: "CONFIG_DEBUG_INFO_BTF")
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"))
        func `without a Collector it goes on, and a signal still ends it with 0 and logs what is lost`() throws {
            let environment = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"]
            let agent = try RunningProcess([tcplens, "run", "--interval", "100ms"], environment: environment)
            _ = try eventually("an outage that is known") { agent.error.contains("wait to be sent again") ? true : nil }
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
            let last = agent.error.split(separator: "\n").last ?? ""
            #expect(last.contains("cannot export"), "\(agent.error)")
            let loss = last.firstMatch(of: /(\d+) data points that waited for \S+ are lost because the process ends/)
            #expect(loss.flatMap { Int($0.1) } ?? 0 > 0, "\(agent.error)")
            #expect(!last.contains("not logged again"), "\(agent.error)")
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"))
        func `a signal ends it with 0 after one more attempt, whatever the receiver asks for`() throws {
            let sink = try RunningProcess([tcplens, "sink", "--port", "0", "--respond", "503", "--retry-after", "3600"])
            let port = try eventually("the sink to listen") {
                sink.error.firstMatch(of: /127\.0\.0\.1:(\d+)/).map { String($0.1) }
            }
            func attempts() -> Int { sink.error.split(separator: "\n").count { $0.contains("answered 503") } }
            let environment = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(port)"]
            let agent = try RunningProcess([tcplens, "run", "--interval", "100ms"], environment: environment)
            _ = try eventually("an outage that is known") { agent.error.contains("wait to be sent again") ? true : nil }
            #expect(attempts() == 1)
            agent.signal(SIGTERM)
            agent.wait()
            #expect(agent.status == 0)
            #expect(attempts() == 2, "\(agent.error)")
            #expect(agent.error.contains("are lost because the process ends"), "\(agent.error)")
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"))
        func `without proc it says so instead of showing the help`() throws {
            // `env` can't be used there, so the shell starts the program.
            let script = "mount -t tmpfs none /proc && exec \(tcplens) snapshot"
            try expect(["unshare", "--mount", "sh", "-c", script], status: 1, says: "/proc")
        }

        @Test(
            .enabled(if: Executable.isRoot, "needs root"),
            arguments: ["snapshot", "snapshot --format json", "--help", "run --once"]
        )
        func `output that can't be written is a failure`(command: String) throws {
            let script = "exec \(tcplens) \(command) > /dev/full"
            let environment = ["OTEL_METRICS_EXPORTER": "console"]
            try expect(["sh", "-c", script], environment: environment, status: 1, says: "No space left on device")
        }

        @Test(
            .enabled(if: Executable.isRoot, "needs root"),
            arguments: ["snapshot", "trace --duration 50ms", "top --count 1", "--help", "run --once", "doctor"]
        )
        func `a closed standard output gets nothing that is printed elsewhere`(command: String) throws {
            let script = "exec \(tcplens) \(command) <&- >&-"
            let environment = ["OTEL_METRICS_EXPORTER": "console"]
            try expect(["sh", "-c", script], environment: environment, status: 1, says: "Bad file descriptor")
        }

        @Test(.enabled(if: Executable.isRoot, "needs root"))
        func `a closed pipe ends it quietly`() throws {
            let script = "\(tcplens) run --interval 50ms --log-level warning | head -n 1"
            let result = try run(["sh", "-c", script], environment: ["OTEL_METRICS_EXPORTER": "console"])
            #expect(result.status == 0)
            #expect(result.output.split(separator: "\n").count == 1)
            #expect(result.error.isEmpty, "\(result.error)")
        }

        @Test func `a port in use ends the sink with 1`() throws {
            let first = try RunningProcess([tcplens, "sink", "--port", "0"])
            let port = try eventually("the sink to listen") {
                first.error.firstMatch(of: /127\.0\.0\.1:(\d+)/).map { String($0.1) }
            }
            try expect([tcplens, "sink", "--port", port], status: 1, says: port)
        }
    }
}
