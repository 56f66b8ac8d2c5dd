import Foundation
import Testing

extension TrafficIntegrationTests {
    /// How `trace` is printed and how it ends.
    @Suite(.enabled(if: Executable.isRoot, "needs root")) struct TraceOutputTests {
        /// Runs a line of the shell, where `$TRACE` is `tcplens trace`, while attempts to connect go on.
        private func shell(_ script: String, environment: [String: String] = [:]) throws -> CommandResult {
            let traffic = try Traffic()
            let process = try RunningProcess(
                ["bash", "-c", script],
                in: traffic,
                environment: environment.merging(["TRACE": "\(Executable.tcplens) trace"]) { $1 }
            )
            _ = try eventually("the end of \(script)") {
                guard process.isRunning else { return true }
                try traffic("dial 4 127.0.0.1 9")
                return nil
            }
            process.wait()
            return CommandResult(status: process.status, output: process.output, error: process.error)
        }

        @Test func `lines parse with jq and have the fields of the contract, each in its place`() throws {
            let result = try shell("$TRACE --format json --count 2 2> /dev/null | jq -c 'to_entries | map(.key)'")
            let always = [
                "time", "old_state", "new_state", "type", "local_address", "local_port", "peer_address", "peer_port",
                "role", "state_duration_seconds", "netns", "cgroup_id", "cgroup",
            ]
            let lines = try result.output.split(separator: "\n").map {
                try JSONDecoder().decode([String].self, from: Data($0.utf8))
            }
            #expect(
                lines == [
                    always + ["pid", "command"],
                    always + ["retransmits", "bytes_sent", "bytes_received", "error"],
                ]
            )
        }

        @Test func `times are RFC 3339 in nanoseconds, and now`() throws {
            let before = Date().timeIntervalSince1970
            let result = try shell("$TRACE --format json --count 2 2> /dev/null")
            for event in try Tracer.events(result.output.split(separator: "\n")) {
                #expect(event.time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z/) != nil)
                #expect((before...Date().timeIntervalSince1970).contains(event.seconds))
            }
        }

        @Test func `a closed pipe ends it quietly with status 0`() throws {
            let result = try shell("$TRACE --format json | head -n 1; echo ${PIPESTATUS[0]}")
            #expect(result.output.split(separator: "\n").last == "0")
            #expect(result.error.isEmpty)
        }

        @Test func `a closed pipe ends it although nothing happens`() throws {
            let traffic = try Traffic()
            let script = "\(Executable.tcplens) trace --format json | true; echo ${PIPESTATUS[0]}"
            let process = try RunningProcess(["bash", "-c", script], in: traffic)
            _ = try eventually("the end") { process.isRunning ? nil : true }
            #expect(process.output == "0\n")
            #expect(process.error.isEmpty)
        }

        @Test func `it ends after so many changes, and after its time`() throws {
            let counted = try shell("$TRACE --format json --count 3")
            #expect(counted.status == 0)
            #expect(counted.output.split(separator: "\n").count == 3)
            #expect(counted.error.contains("3 events, none lost"))
            let timed = try run([Executable.tcplens, "trace", "--duration", "300ms"], in: Traffic())
            #expect(timed.status == 0)
            #expect(timed.error.contains("0 events, none lost"))
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func `a signal ends it with status 0, and all events are printed`(signal: Int32) throws {
            let traffic = try Traffic()
            let process = try RunningProcess(
                [Executable.tcplens, "trace", "--format", "json", "--log-level", "debug"],
                in: traffic
            )
            _ = try eventually("the programs of trace") { process.error.contains("tracing with") ? true : nil }
            try traffic("dial 4 127.0.0.1 9")
            process.signal(signal)
            process.wait()
            #expect(process.status == 0)
            #expect(process.output.split(separator: "\n").count == 2)
        }

        @Test func `if nobody reads, it ends in time, and every event is shown or reported`() throws {
            let traffic = try Traffic()
            try traffic("listen 4 8001 128")
            let script = """
                pipe=$(mktemp -u) && mkfifo $pipe && exec 3<>$pipe && rm $pipe
                \(Executable.tcplens) trace --format json --buffer-size 64KiB --duration 3s --log-level debug >&3
                status=$?
                timeout -s KILL 1 cat <&3
                exit $status
                """
            let process = try RunningProcess(["bash", "-c", script], in: traffic)
            _ = try eventually("the programs of trace") { process.error.contains("tracing with") ? true : nil }
            try traffic("churn 4 8001 3000")
            process.wait()
            #expect(process.status == 1)
            let summary = try #require(process.error.firstMatch(of: /(\d+) events, (\d+) lost/))
            let unread = try #require(process.error.firstMatch(of: /tcplens: (\d+) events are not printed/))
            let numbers = [summary.1, summary.2, unread.1].compactMap { Int($0) }
            // The last line may be cut off.
            #expect(process.output.ranges(of: "}\n").count == numbers.first)
            // Of three connections two are closed, with ten changes at both ends, and one is reset, with six.
            let all = numbers.reduce(0, +)
            #expect(all <= 26_000 && all > 25_900, "\(process.error)")
        }

        @Test func `the table has its columns below their names, and no colours in a pipe`() throws {
            let result = try shell("$TRACE --count 3 2> /dev/null | cat", environment: ["TERM": "xterm"])
            var lines = result.output.split(separator: "\n").map(String.init)
            try #require(lines.count == 4, "\(result)")
            // The first event may be the end of an attempt that began before.
            if lines[1].contains("SYN_SENT>CLOSE") { lines.remove(at: 1) }
            #expect(lines[0].hasPrefix("TIME         TRANSITION             LOCAL "))
            #expect(!result.output.contains("\u{1b}"))
            for (column, values) in [
                "TRANSITION": ["CLOSE>SYN_SENT", "SYN_SENT>CLOSE"], "PEER": ["127.0.0.1:9", "127.0.0.1:9"],
            ] {
                let offset = try #require(lines[0].range(of: column)).lowerBound.utf16Offset(in: lines[0])
                for (line, value) in zip(lines.dropFirst(), values) {
                    #expect(line.dropFirst(offset).hasPrefix("\(value) "))
                }
            }
            #expect(lines[2].contains(" refused client "))
        }

        @Test(
            arguments: [
                (["TERM": "xterm", "NO_COLOR": ""], true), (["TERM": "xterm", "NO_COLOR": "1"], false),
                (["TERM": "dumb", "NO_COLOR": ""], false),
            ]
                as [([String: String], Bool)]
        )
        func `a terminal has colours unless it can't or they are not wanted, and lines that fit it`(
            environment: [String: String],
            isColoured: Bool
        ) throws {
            let script = "script -qec 'stty cols 80; '\"$TRACE\"' --count 2 --log-level error' /dev/null"
            let result = try shell(script, environment: environment)
            #expect(result.output.contains("\u{1b}[31m") == isColoured, "\(result.output)")
            let lines = result.output.split(whereSeparator: \.isNewline)
                .map { String($0).replacing(/\u{1b}\[\d+m/, with: "") }
            #expect(lines.count == 3)
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
            #expect(lines.last?.contains("refused") == true)
        }
    }
}
