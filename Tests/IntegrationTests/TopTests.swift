import Foundation
import Testing

extension TrafficIntegrationTests {
    /// `tcplens top` on real terminals and in pipes.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct TopTests {
        private static let enter = "\u{1b}[?1049h\u{1b}[?25l"
        private static let leave = "\u{1b}[?2026l\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l"

        private func top(
            _ steps: [String],
            options: [String] = [],
            size: String = "80x24",
            in namespace: Traffic? = nil,
            environment: [String: String] = [:]
        ) throws -> TerminalSession {
            let command = [Executable.tcplens, "top"] + options
            return try .of(command, steps, size: size, in: namespace, environment: environment)
        }

        // MARK: - The terminal

        @Test(
            arguments: [
                ("key:q", 0), ("key:\\x03", 0), ("key:\\x1c", 0), ("signal:TERM", 0), ("signal:INT", 0),
                ("signal:HUP", 0), ("signal:QUIT", 0), ("signal:SEGV", -SIGSEGV), ("signal:ABRT", -SIGABRT),
                ("signal:ILL", -SIGILL), ("signal:TRAP", -SIGTRAP), ("signal:BUS", -SIGBUS), ("signal:KILL", -SIGKILL),
            ]
        )
        func `the terminal is left as it was found, however it ends`(end: String, status: Int32) throws {
            let session = try top(["wait:handshakes", "modes", end])
            #expect(session.status == status)
            #expect(session.modes == ["raw"])
            #expect(session.after == session.before)
            #expect(session.raw.contains(Self.enter))
            #expect(session.raw.hasSuffix(Self.leave), "\(session.raw.suffix(100).debugDescription)")
            #expect(session.last.allSatisfy { $0.isEmpty })
        }

        @Test func `Ctrl-S does not stop the program`() throws {
            let session = try top(["wait:handshakes", "key:\\x13", "wait:no key", "signal:TERM"])
            #expect(session.status == 0)
            #expect(session.after == session.before)
        }

        @Test func `an error is reported after the terminal is given back`() throws {
            // The kernel refuses what the program asks of it after some readings.
            let session = try TerminalSession.of(
                [
                    "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=bpf", "-e",
                    "inject=bpf:error=EMFILE:when=1000+", Executable.tcplens, "top", "--interval", "200ms",
                ],
                ["wait:handshakes"]
            )
            #expect(session.status == 1)
            #expect(session.after == session.before)
            let rest = try #require(session.raw.split(separator: Self.leave).last)
            #expect(rest.hasPrefix("tcplens: cannot "))
            #expect(session.last[0].contains("Too many open files"))
        }

        @Test func `an error at the start is reported without taking the terminal`() throws {
            let session = try TerminalSession.of(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Executable.tcplens, "top"],
                []
            )
            #expect(session.status == 1)
            #expect(session.last[0].hasPrefix("tcplens: cannot "))
            #expect(!session.raw.contains("\u{1b}"))
        }

        @Test func `a terminal that goes away ends it quietly`() throws {
            let session = try top(["wait:handshakes", "hangup"])
            #expect(session.status == 0)
        }

        @Test func `messages logged meanwhile are not on the screen, and are not lost`() throws {
            let options = ["--log-level", "debug", "--count", "1"]
            let session = try top([], options: options)
            #expect(session.status == 0)
            #expect(session.after == session.before)
            let before = session.raw.split(separator: Self.enter)
            let parts = try #require(before.last).split(separator: Self.leave)
            #expect(before.count == 2 && parts.count == 2)
            #expect(before.first?.contains("observing with") == true)
            #expect(parts.first?.contains("first reading") == false)
            #expect(parts.last?.contains("first reading") == true)
        }

        @Test func `Ctrl-Z gives the terminal back to the shell, and fg takes it again`() throws {
            let session = try TerminalSession.of(
                ["bash", "--norc", "-i"],
                [
                    "key:\(Executable.tcplens) top\\n", "wait:handshakes", "modes", "key:\\x1a", "wait:Stopped", "show",
                    "key:fg\\n", "wait:handshakes", "modes", "show", "key:q", "gone:handshakes", "key:exit\\n",
                ]
            )
            #expect(session.status == 0)
            #expect(session.modes == ["raw", "raw"])
            #expect(session.after == session.before)
            #expect(!session.screens[0].contains { $0.contains("handshakes") })
            #expect(session.screens[1].last?.hasPrefix("q quit") == true)
        }

        @Test func `the guardian has nothing open but the terminal`() throws {
            let session = try top(["wait:handshakes", "guard", "key:q"])
            #expect(Set(session.guardian.map { $0.prefix { $0 != "[" && $0 != " " && !$0.isNumber } }).count == 3)
            #expect(session.guardian.count == 4)
            #expect(session.guardian.filter { $0.hasPrefix("/dev/pts/") }.count == 2)
            #expect(session.guardian.contains { $0.hasPrefix("pipe:") })
            #expect(session.guardian.contains { $0.hasPrefix("/memfd:") })
        }

        @Test func `the picture follows the window`() throws {
            let session = try top([
                "wait:handshakes", "show", "resize:120x30", "wait:CONTAINER", "show", "resize:40x10", "wait:s/p/c",
                "show", "key:q",
            ])
            #expect(session.screens.map(\.count) == [24, 30, 10])
            #expect(session.screens[0].allSatisfy { $0.count <= 80 })
            #expect(session.screens[0][0].count == 80)
            #expect(session.screens[1][0].count == 120)
            #expect(session.screens[2][0].count == 40)
            #expect(session.screens.allSatisfy { $0.last?.hasPrefix("q quit") == true })
        }

        // MARK: - Keys and numbers

        @Test func `real connections are counted, by state, port and container`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 8", "listen 6 7002 64", "connect a 4 7001 5", "connect b 6 7002 2")
            try traffic("knock k 4 7001 9", "shutdown b client")
            try traffic.settle()
            let session = try top(
                [
                    "wait:full", "show", "key:p", "wait:PORT", "show", "key:c", "wait:CONTAINER", "show", "key:s",
                    "wait:STATE", "key:q",
                ],
                in: traffic
            )
            let (states, ports, containers) = (session.screens[0], session.screens[1], session.screens[2])
            #expect(states[0].hasSuffix(" 34 connections"))
            #expect(TerminalSession.number("ESTABLISHED", states) == 28)
            #expect(TerminalSession.number("FIN_WAIT2", states) == 2)
            #expect(TerminalSession.number("CLOSE_WAIT", states) == 2)
            #expect(TerminalSession.number("LISTEN", states) == 2)
            #expect(states[1].hasPrefix("! Accept queue full: :7001"))
            #expect(states.contains { $0.hasPrefix("127.0.0.1:7001 ") && $0.contains(" 9/8 ") && $0.contains("100%") })
            #expect(states.contains { $0.hasPrefix("[::1]:7002 ") && $0.contains(" 0/64 ") })
            #expect(TerminalSession.number(":7001", ports) == 15)
            #expect(TerminalSession.number("to :7001", ports) == 14)
            #expect(TerminalSession.number(":7002", ports) == 3)
            #expect(TerminalSession.number("to :7002", ports) == 2)
            let container = try #require(containers.firstIndex { $0.hasPrefix("CONTAINER") })
            #expect(containers[container + 1].split(separator: " ").dropFirst().first == "34")
        }

        @Test func `what happens is counted for each second`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 8")
            let command = [Executable.tcplens, "top", "--count", "1", "--interval", "10s", "--log-level", "debug"]
            let process = try RunningProcess(command, in: traffic)
            _ = try eventually("the first reading") { process.error.contains("first reading") ? true : nil }
            try traffic("churn 4 7001 50")
            for _ in 0..<10 { _ = try traffic.ask("dial 4 127.0.0.1 9") }
            process.wait()
            let lines = process.output.split(separator: "\n").map(String.init)
            func rate(_ name: String) -> Double? {
                lines.first { $0.contains("  \(name) ") }.flatMap { $0.split(separator: "\(name) ").last }?
                    .split(separator: " ").first.flatMap { Double($0) }
            }
            // Both ends of 50 connections and 10 attempts in about ten seconds. A busy machine may read late, so the
            // exact numbers are checked below.
            let handshakes = try #require(rate("handshakes"))
            let failed = try #require(rate("failed"))
            #expect(handshakes > 5 && handshakes < 20)
            #expect(failed > 0.5 && failed < 2)
            #expect(lines.contains { $0.contains("  refused ") })
            #expect(lines[1].firstMatch(of: /^! 10 handshakes failed in [\d.]+s: refused$/) != nil)
            let counts = lines.filter { $0.contains("  handshake  ") }.compactMap { $0.split(separator: " ").last }
            #expect(counts == ["100"])
        }

        @Test func `keys without a meaning are reported, help is shown, and the display can be paused`() throws {
            let session = try top(
                [
                    "wait:ok:", "key:x", "wait:no key x", "key:h", "wait:this page", "key:h", "gone:this page", "key: ",
                    "wait:PAUSED", "key: ", "gone:PAUSED", "key:q",
                ],
                in: Traffic()
            )
            #expect(session.status == 0)
        }

        @Test func `it begins with the grouping that was asked for, and ends after so many frames`() throws {
            let options = ["--by", "port", "--count", "2", "--interval", "200ms"]
            let session = try top(["wait:PORT"], options: options)
            #expect(session.status == 0)
            #expect(session.after == session.before)
        }

        // MARK: - What the place can show

        @Test func `without UTF-8 every byte is ASCII, and NO_COLOR is respected`() throws {
            let environment = ["LC_ALL": "C", "NO_COLOR": "1"]
            let session = try top(["wait:ok:", "key:q"], in: Traffic(), environment: environment)
            #expect(session.raw.unicodeScalars.allSatisfy { $0.isASCII })
            #expect(session.raw.firstMatch(of: /\x1b\[[1-9]\d*m/) == nil)
            let coloured = try top(["wait:ok:", "key:q"], in: Traffic())
            #expect(coloured.raw.contains("\u{1b}[32mok:"))
        }

        @Test(arguments: ["dumb", ""])
        func `a terminal that can't move its cursor gets frames below each other`(terminal: String) throws {
            let options = ["--count", "2", "--interval", "200ms"]
            let session = try top([], options: options, size: "80x60", environment: ["TERM": terminal])
            #expect(session.status == 0)
            #expect(!session.raw.contains("\u{1b}"))
            #expect(session.last.filter { $0.hasPrefix("tcplens top") }.count == 2)
            #expect(session.last.allSatisfy { $0.count <= 80 })
        }

        @Test func `in a pipe it writes the requested number of complete frames`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 7001 8", "connect a 4 7001 5")
            let result = try run(
                [Executable.tcplens, "top", "--count", "2", "--interval", "200ms"],
                in: traffic,
                environment: ["TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": ""]
            )
            #expect(result.status == 0)
            #expect(result.error.isEmpty)
            #expect(!result.output.contains("\u{1b}"))
            let frames = result.output.split(separator: "tcplens top  ")
            #expect(frames.count == 2)
            for frame in frames {
                let lines = frame.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                #expect(TerminalSession.number("ESTABLISHED", lines) == 10)
                #expect(lines.contains { $0.hasPrefix("ok: ") })
                #expect(lines.allSatisfy { $0.count <= 80 })
                #expect(!frame.contains("q quit"))
            }
        }

        @Test func `a closed pipe and a signal end it quietly with status 0`() throws {
            let script = "\(Executable.tcplens) top --interval 200ms | head -n 1; echo ${PIPESTATUS[0]}"
            let result = try run(["bash", "-c", script], in: Traffic())
            #expect(result.output.hasPrefix("tcplens top"))
            #expect(result.output.split(separator: "\n").last == "0")
            #expect(result.error.isEmpty)
            let traffic = try Traffic()
            let process = try RunningProcess([Executable.tcplens, "top"], in: traffic)
            _ = try eventually("a frame") { process.output.isEmpty ? nil : true }
            process.signal(SIGTERM)
            process.wait()
            #expect(process.status == 0)
            #expect(process.error.isEmpty)
        }

        @Test func `it has programs and maps of its own beside an agent`() throws {
            let traffic = try Traffic()
            let agent = try RunningProcess(
                [Executable.tcplens, "run", "--interval", "1s"],
                in: traffic,
                environment: ["OTEL_METRICS_EXPORTER": "none"]
            )
            let top = try RunningProcess([Executable.tcplens, "top", "--interval", "200ms"], in: traffic)
            _ = try eventually("a frame") { top.output.isEmpty ? nil : true }
            for kind in ["map_id", "prog_id"] {
                // The agent may take longer to load its programs than `top` to draw a frame.
                let (ofAgent, ofTop) = try eventually("\(kind) of both") {
                    let found = try (agent.kernelIdentifiers(kind), top.kernelIdentifiers(kind))
                    return found.0.isEmpty || found.1.isEmpty ? nil : found
                }
                #expect(ofAgent.isDisjoint(with: ofTop))
            }
        }

        @Test(arguments: [["--count", "0"], ["--interval", "10ms"], ["--by", "colour"], ["--scope", "pod"]])
        func `invalid options are wrong usage`(options: [String]) throws {
            let result = try run([Executable.tcplens, "top"] + options)
            #expect(result.status == 2)
            #expect(result.error.split(separator: "\n").count == 1)
        }

        @Test func `the help fits a screen`() throws {
            let lines = try run([Executable.tcplens, "top", "--help"]).output.components(separatedBy: "\n")
            #expect(lines.count <= 24)
            #expect(lines.allSatisfy { $0.count <= 80 })
        }
    }
}
