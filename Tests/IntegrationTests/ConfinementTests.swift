import Foundation
import TestSupport
import Testing

/// What is left of the agent's privileges after its start, and that everything still works without them.
extension IntegrationTests {
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct ConfinementTests {
        /// Exports nowhere.
        private static let nowhere = ["OTEL_METRICS_EXPORTER": "none"]
        private static let health = ["--health", "127.0.0.1:8080"]

        private static func waitUntilReady(_ agent: ConfinedAgent, in traffic: Traffic) throws {
            _ = try eventually("the agent to be ready: \(agent.process.error)") {
                try get("http://127.0.0.1:8080/readyz", in: traffic).status == 200 ? true : nil
            }
        }

        /// Both capabilities, as numbers 38 and 39 of `linux/capability.h`.
        private static let bothCapabilities = "000000c000000000"
        private static let noCapabilities = "0000000000000000"

        @Test func `without root, two capabilities are enough, and no thread keeps one`() throws {
            let traffic = try Traffic()
            let agent = try ConfinedAgent(
                ["--interval", "200ms"] + Self.health,
                holding: ["bpf", "perfmon"],
                in: traffic,
                environment: Self.nowhere
            )
            try Self.waitUntilReady(agent, in: traffic)
            for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
                #expect(try ConfinedAgent.field(set, of: agent.identifier) == [Self.noCapabilities], "\(set)")
            }
            #expect(try ConfinedAgent.field("NoNewPrivs", of: agent.identifier) == ["1"])
            #expect(try ConfinedAgent.field("Seccomp", of: agent.identifier) == ["2"])
            let broker = try #require(try agent.broker)
            #expect(try ConfinedAgent.field("Name", of: broker) == ["tcplens-broker"])
            #expect(try ConfinedAgent.field("CapPrm", of: broker) == [Self.bothCapabilities])
            #expect(try ConfinedAgent.field("CapBnd", of: broker) == [Self.bothCapabilities])
            #expect(try ConfinedAgent.field("Seccomp", of: broker) == ["2"])
            #expect(try ConfinedAgent.field("NoNewPrivs", of: broker) == ["1"])
            #expect(agent.process.error.contains("tcplens-broker keeps CAP_PERFMON, CAP_BPF"))
            agent.process.signal(SIGTERM)
            agent.process.wait()
            #expect(agent.process.status == 0)
            _ = try eventually("the broker to end") { kill(broker, 0) == 0 ? nil : true }
        }

        /// Root of a host has all capabilities, and owns most files.
        @Test func `what an agent has no use for is refused, even to root`() throws {
            let traffic = try Traffic()
            let agent = try ConfinedAgent(
                ["--interval", "200ms"] + Self.health,
                holding: nil,
                in: traffic,
                environment: Self.nowhere
            )
            try Self.waitUntilReady(agent, in: traffic)
            #expect(try ConfinedAgent.field("CapPrm", of: agent.identifier) == [Self.noCapabilities])
            #expect(try ConfinedAgent.field("CapBnd", of: agent.identifier) == [Self.noCapabilities])
            let answers = try agent.answers()
            #expect(answers["socket-inet"] == 0, "the exporter needs it")
            for name in ["open-passwd", "open-root", "create-file"] { #expect(answers[name] == EACCES, "\(name)") }
            let refused = answers.filter { $0.value == EPERM }.keys.sorted()
            #expect(
                refused == [
                    "bpf-get-next-id", "bpf-map-create", "bpf-prog-load", "chmod", "chroot", "clone-namespace",
                    "execve",
                    "fcntl-owner", "io_uring_setup", "keyctl", "kill", "mount", "perf_event_open", "prlimit",
                    "process_vm_readv", "ptrace", "setns", "setuid", "socket-bluetooth", "socket-packet",
                    "socket-vsock", "tgkill", "truncate", "unshare",
                ]
            )
            // It goes on as if nothing had happened.
            try Self.waitUntilReady(agent, in: traffic)
        }

        /// With the right to read processes it can't be under Landlock.
        @Test(arguments: [["--scope", "self"], ["--attribution", "workload"]])
        func `the broker has no network, changes no file and executes nothing`(options: [String]) throws {
            let traffic = try Traffic()
            let agent = try ConfinedAgent(
                ["--interval", "200ms"] + Self.health + options,
                holding: nil,
                in: traffic,
                environment: Self.nowhere
            )
            try Self.waitUntilReady(agent, in: traffic)
            let broker = try #require(try agent.broker)
            let answers = try agent.answers(of: broker)
            for name in ["socket-inet", "create-file", "execve", "chmod", "kill", "ptrace", "setns", "mount"] {
                #expect(answers[name] == EPERM, "\(name): \(answers)")
            }
            #expect(answers["bpf-map-create"] == 0, "it is there for that")
        }

        /// The same calls work where nothing is given up, so the refusals above come from confinement.
        @Test func `with nothing given up, the same calls work, and there is no broker`() throws {
            let traffic = try Traffic()
            let agent = try ConfinedAgent(
                ["--interval", "200ms", "--confinement", "none"] + Self.health,
                holding: nil,
                in: traffic,
                environment: Self.nowhere
            )
            try Self.waitUntilReady(agent, in: traffic)
            #expect(try agent.broker == nil)
            #expect(try ConfinedAgent.field("Seccomp", of: agent.identifier) == ["0"])
            let answers = try agent.answers()
            #expect(answers.values.allSatisfy { $0 != EPERM && $0 != EACCES }, "\(answers)")
            try? FileManager.default.removeItem(atPath: "/tmp/tcplens-calling")
        }

        /// A refusal need not show: the runtime's main thread would spin if it could not wait for signals.
        @Test func `nothing that the agent and the broker do is refused`() throws {
            let traffic = try Traffic()
            let logs = try TemporaryDirectory()
            let sink = try RunningProcess([Executable.tcplens, "sink"], in: traffic)
            let agent = try RunningProcess(
                [
                    "strace", "-ff", "-e", "status=failed", "-o", logs.path("thread"), Executable.tcplens, "run",
                    "--interval", "1s",
                ]
                    + ["--attribution", "workload", "--response-time"] + Self.health,
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "otlp,prometheus"]
            )
            _ = try eventually("to be ready: \(agent.error)") {
                try get("http://127.0.0.1:8080/readyz", in: traffic).status == 200 ? true : nil
            }
            #expect(try get("http://127.0.0.1:9464/metrics", in: traffic).status == 200)
            try traffic("listen 4 7001 128", "connect a 4 7001 7")
            // strace does not pass signals on.
            let traced = try #require(try ConfinedAgent.children(of: agent.processIdentifier).first)
            kill(traced, SIGHUP)
            sleep(3)
            kill(traced, SIGTERM)
            agent.wait()
            sink.signal(SIGTERM)
            // Each thread has a log of its own, because in a common one a call can lose its name to another thread's.
            let calls = try logs.names(in: "").flatMap { name in
                String(decoding: try logs.read(name), as: UTF8.self).split(separator: "\n")
            }
            // The bounding set is limited where that is allowed, the C library tries clone3() first, and the verifier
            // refuses a program that libbpf tries.
            let expected = ["CAPBSET", "clone3(", "BPF_PROG_LOAD"]
            let refused = calls.filter { call in
                [" EPERM ", " ENOSYS ", " EACCES "].contains { call.contains($0) }
                    && !expected.contains { call.contains($0) }
            }
            #expect(refused.isEmpty, "\(refused.prefix(20).joined(separator: "\n"))")
            #expect(!calls.isEmpty)
        }

        @Test(arguments: ["capabilities", "no-new-privileges", "landlock", "seccomp"])
        func `each part can be chosen alone`(part: String) throws {
            let traffic = try Traffic()
            let needsMore = ["landlock", "seccomp"].contains(part)
            let agent = try ConfinedAgent(
                ["--interval", "200ms", "--confinement", needsMore ? "\(part),no-new-privileges" : part] + Self.health,
                holding: nil,
                in: traffic,
                environment: Self.nowhere
            )
            try Self.waitUntilReady(agent, in: traffic)
            let (all, process) = (try ConfinedAgent.field("CapPrm", of: agent.identifier), agent.identifier)
            #expect((all == [Self.noCapabilities]) == (part == "capabilities"))
            #expect(try ConfinedAgent.field("Seccomp", of: process) == [part == "seccomp" ? "2" : "0"])
            #expect(try ConfinedAgent.field("NoNewPrivs", of: process) == [part == "capabilities" ? "0" : "1"])
            let answers = try agent.answers()
            #expect((answers["open-passwd"] == EACCES) == (part == "landlock"))
            #expect((answers["execve"] == EPERM) == (part == "seccomp"))
            try? FileManager.default.removeItem(atPath: "/tmp/tcplens-calling")
        }

        @Test(arguments: [
            (["--confinement", "landlock"], "no-new-privileges"), (["--confinement", "chroot"], "can't be given up"),
            (["--confinement", ""], "the list is empty"),
        ])
        func `what can't be is refused with the reason`(options: [String], words: String) throws {
            let result = try run([Executable.tcplens, "run"] + options, environment: Self.nowhere)
            #expect(result.status == 2)
            #expect(result.error.contains(words), "\(result.error)")
        }

        @Test func `doctor says what is given up, and what the broker keeps`() throws {
            let result = try run([Executable.tcplens, "doctor"], environment: Self.nowhere)
            for words in ["all given up after the start; tcplens-broker keeps CAP_PERFMON, CAP_BPF", "Landlock"]
            where words != "Landlock" || !result.output.contains("only what is needed can be opened") {
                #expect(result.output.contains(words), "\(result.output)")
            }
            let open = try run([Executable.tcplens, "doctor", "--confinement", "none"], environment: Self.nowhere)
            #expect(open.output.contains("not given up, as the settings ask"))
        }
    }
}
