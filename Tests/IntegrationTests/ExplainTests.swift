import Foundation
import Testing

/// `tcplens explain` with real faults, with two backends and without.
extension IntegrationTests {
    @Suite(.enabled(if: Executable.canTestBackends, "skipped: no backends"))
    struct ExplainTests {
        /// What `explain --format json` prints.
        private struct Answer: Decodable {
            struct Entry: Decodable {
                var signal: String
                var host: String?
                var group: [String: String]
                var follows: [String]?
            }

            var findings: [Entry]
        }

        /// An agent with two backends, which collects each second.
        private final class Watch {
            let unusual: UnusualTraffic
            private let agent: RunningProcess
            private let prometheus: PrometheusServer
            private let victoriaMetrics: VictoriaMetrics

            init() throws {
                unusual = try UnusualTraffic()
                try TriageFault.prepare(unusual)
                victoriaMetrics = try VictoriaMetrics(in: unusual.traffic, "-opentelemetry.usePrometheusNaming")
                agent = try RunningProcess(
                    [Executable.tcplens, "run", "--interval", "1s", "--response-time"],
                    in: unusual.traffic,
                    environment: [
                        "OTEL_METRICS_EXPORTER": "otlp,prometheus",
                        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": VictoriaMetrics.endpoint,
                    ]
                )
                prometheus = try PrometheusServer(scraping: "localhost:9464", in: unusual.traffic)
            }

            /// The ways to look at the same host, backends at some of the last seconds.
            private static func ways(since seconds: Int) -> [String: [String]] {
                [
                    "Prometheus": ["--backend", "http://127.0.0.1:9090", "--since", "\(seconds)s"],
                    "VictoriaMetrics": ["--backend", "http://127.0.0.1:8428", "--since", "\(seconds)s"],
                    "live": ["--live", "2s"],
                ]
            }

            /// The names of all ways.
            static let ways = ways(since: 1).keys.sorted()

            /// What some ways find, and with which status they end; all look at the same time.
            func explain(
                _ names: [String],
                since seconds: Int = 4,
                meanwhile: () throws -> Void = {}
            ) throws -> [(way: String, status: Int32, findings: [Answer.Entry], error: String)] {
                try victoriaMetrics.flush()
                let ways = Self.ways(since: seconds)
                let processes = try names.map { way in
                    let options = [Executable.tcplens, "explain", "--format", "json"] + (ways[way] ?? [])
                    return (way, try RunningProcess(options, in: unusual.traffic))
                }
                while processes.contains(where: { $0.1.isRunning }) {
                    try meanwhile()
                    Thread.sleep(forTimeInterval: 0.1)
                }
                return processes.map { way, process in
                    process.wait()
                    let answer = try? JSONDecoder().decode(Answer.self, from: Data(process.output.utf8))
                    return (way, process.status, answer?.findings ?? [], process.error)
                }
            }

            /// Waits until all ways find what they must.
            func wait(
                _ what: String,
                meanwhile: () throws -> Void = {},
                until isSo: (Int32, [Answer.Entry]) -> Bool
            ) throws {
                var left = Self.ways
                var last: [String] = []
                do {
                    _ = try eventually(what) {
                        let answers = try explain(left, meanwhile: meanwhile).filter { !isSo($0.status, $0.findings) }
                        last = answers.map { "\($0)" }
                        left = answers.map(\.way)
                        return left.isEmpty ? true : nil
                    }
                } catch let timeout as Timeout {
                    throw Timeout(description: ([timeout.description] + last).joined(separator: "\n"))
                }
            }
        }

        /// The finding for each of the faults that the table of findings has, with the labels that its groups have.
        private static let signals = [
            "Loss": "loss", "Slow server": "slow_answers", "Zero window": "zero_window", "SYN flood": "syn_flood",
            "Full accept queue": "accept_queue_full", "CLOSE_WAIT leak": "close_wait_leak",
            "Ports used up": "ports_used_up", "Unfollowed": "agent_unfollowed",
        ]

        @Test func `each fault is named first, from two backends and without, and nothing is while all is well`() throws
        {
            let watch = try Watch()
            let service = try watch.unusual.hold("answering")
            defer { service.end() }
            try watch.wait("silence") { status, findings in status == 0 && findings.isEmpty }
            for fault in TriageFault.all {
                let held = try fault.start(in: watch.unusual)
                if let signal = Self.signals[fault.name] {
                    let goOn = { try fault.goOn(watch.unusual) }
                    try watch.wait(fault.name, meanwhile: goOn) { status, findings in
                        let first = findings.prefix { $0.signal == findings.first?.signal }
                        return status == 3 && findings.first?.signal == signal && first.allSatisfy { $0.follows == nil }
                            && fault.labels.allSatisfy { key, values in
                                Set(first.compactMap { $0.group[key] }) == values
                            }
                    }
                }
                held?.end()
                try fault.end(watch.unusual)
            }
            // Two of three connections leave a TIME_WAIT, and there is room for 4000.
            try watch.unusual.traffic("churn 4 7104 1800")
            try watch.wait("TIME_WAIT") { status, findings in
                status == 3 && findings.map(\.signal) == ["time_wait_limit"]
            }
            // There is room for more, and load that doubles, deployments and a backup are nothing.
            try watch.unusual.traffic.configure(["sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=100000"])
            let busy = try watch.unusual.hold("busy")
            try watch.wait("the last fault to be over") { status, findings in status == 0 && findings.isEmpty }
            // The backup's reader is slower than its writer, so the window is zero a third of the time. A backend has
            // one sample a second; of ten some show a window that is open.
            Thread.sleep(forTimeInterval: 10)
            for answer in try (0..<2).flatMap({ _ in try watch.explain(Watch.ways, since: 10) }) {
                #expect(answer.status == 0 && answer.findings.isEmpty, "\(answer)")
            }
            busy.end()
        }

        @Test func `wrong options are wrong usage, and what can't be asked is a failure`() throws {
            let usage: [([String], String)] = [
                ([], "give --live, --backend or --list"), (["--live", "1s"], "--live is from 2s to 1h"),
                (["--live", "5s", "--backend", "http://x"], "give one of --live, --backend and --list"),
                (["--live", "5s", "--host", "x"], "--host, --service, --since, --baseline and --at need --backend"),
                (["--backend", "http://x", "--host", "a", "--service", "b"], "give --host or --service, not both"),
                (["--backend", "http://x", "--at", "noon"], "--at is no time"),
                (["--backend", "http://x", "--since", "0"], "--since is from 1s to four weeks"),
                (["--backend", "http://x", "--scope", "node"], "--scope needs --live"),
                (["--backend", "http://x", "--format", "markdown"], "only --list has the format markdown"),
                (["--backend", "nonsense"], "--backend nonsense: not a usable URL: it has no scheme"),
            ]
            for (options, text) in usage {
                let result = try run([Executable.tcplens, "explain"] + options)
                #expect(result.status == 2 && result.error.hasPrefix("tcplens: \(text)"), "\(options): \(result)")
                #expect(result.error.count(where: \.isNewline) == 1, "\(result.error)")
            }
            let nobody = try run([Executable.tcplens, "explain", "--backend", "http://user:hidden@127.0.0.1:1"])
            #expect(nobody.status == 1 && nobody.error.hasPrefix("tcplens: http://127.0.0.1:1: "))
            #expect(!nobody.error.contains("hidden"))
        }
    }
}
