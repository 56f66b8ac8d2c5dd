import Foundation
import Testing

/// The queries of the table of findings and of the README, with real faults.
extension PeerIntegrationTests {
    @Suite(.enabled(if: Executable.canTestCollector && Executable.canTestBackends, "skipped: no otelcol or backend"))
    struct TriageTests {
        /// A query about a fault, for one backend.
        private struct Question {
            let fault: String
            let backend: String
            let query: String
            /// The query without its comparison, for a panel.
            let panel: String?
            /// The label that is different for each agent.
            let identity: String
            let ask: (String) throws -> [QueryRow]

            /// The current result of the query.
            func rows() throws -> [QueryRow] { try ask(query) }
        }

        /// An agent with two backends: VictoriaMetrics behind a Collector, and Prometheus, which scrapes it.
        private final class Watch {
            let unusual: UnusualTraffic
            let agent: RunningProcess
            let questions: [Question]
            private let collector: Collector

            init() throws {
                let unusual = try UnusualTraffic()
                self.unusual = unusual
                try TriageFault.prepare(unusual)
                let victoriaMetrics = try VictoriaMetrics(in: unusual.traffic, "-opentelemetry.usePrometheusNaming")
                collector = try Collector(in: unusual.traffic, .init(next: VictoriaMetrics.endpoint))
                // With fewer slots than there are connections in the scenario `crowd`.
                let options = [
                    "--interval", "1s", "--attributes", "network.peer.port", "--response-time",
                    "--connection-limit", "30000",
                ]
                agent = try RunningProcess(
                    [Executable.tcplens, "run"] + options,
                    in: unusual.traffic,
                    environment: ["OTEL_METRICS_EXPORTER": "otlp,prometheus"]
                )
                let prometheus = try PrometheusServer(scraping: "localhost:9464", in: unusual.traffic)
                questions = try TriageQuery.all().flatMap { row in
                    [
                        Question(
                            fault: row.fault,
                            backend: "VictoriaMetrics",
                            query: row.victoriaMetrics.query,
                            panel: row.victoriaMetrics.panel,
                            identity: "host_name",
                            ask: victoriaMetrics.rows
                        ),
                        Question(
                            fault: row.fault,
                            backend: "Prometheus",
                            query: row.prometheus.query,
                            panel: row.prometheus.panel,
                            identity: "instance",
                            ask: prometheus.rows
                        ),
                    ]
                }
            }

            func questions(about faults: [String]) -> [Question] { questions.filter { faults.contains($0.fault) } }

            /// Waits until `isSo` holds for all of `questions`; the error names those for which it does not.
            func wait(_ what: String, _ questions: [Question], until isSo: (Question) throws -> Bool) throws {
                var left = questions
                do {
                    _ = try eventually(what) {
                        left = try left.filter { try !isSo($0) }
                        if left.isEmpty { return true }
                        // Each question starts a process.
                        Thread.sleep(forTimeInterval: 0.2)
                        return nil as Bool?
                    }
                } catch let timeout as Timeout {
                    let answers = left.map { "\($0.backend): \($0.query): \((try? $0.rows()) ?? [])" }
                    throw Timeout(description: ([timeout.description] + answers).joined(separator: "\n"))
                }
            }
        }

        @Test func `each query is empty before its fault and shows it while it lasts, in both backends`() throws {
            let watch = try Watch()
            let service = try watch.unusual.hold("answering")
            defer { service.end() }
            // What is made here in turn, and what Tests/Alerts makes or says why it can't be made.
            let elsewhere = [
                "TIME_WAIT takes the ports", "Half-open connections pile up", "Round trips longer than usual",
                "Connecting fails", "TCP memory near its limit", "tcplens loses events", "Stocks and flows disagree",
                "Data points do not arrive",
            ]
            // The silent agent comes last.
            let all = TriageFault.all.map(\.name) + elsewhere + ["Silent agent"]
            #expect(Set(watch.questions.map(\.fault)) == Set(all))
            #expect(watch.questions.count == 2 * all.count, "each is there once")

            // A query with a wrong name would never return anything, so panels must have values first.
            let panels = watch.questions(about: TriageFault.all.map(\.name)).filter { $0.panel != nil }
            #expect(panels.count == 2 * TriageFault.all.count)
            try watch.wait("values in all panels", panels) { question in
                try question.panel.map { try !question.ask($0).isEmpty } ?? true
            }
            try watch.wait("silence", watch.questions) { try $0.rows().isEmpty }

            for fault in TriageFault.all {
                let questions = watch.questions(about: [fault.name])
                try watch.wait("silence before \(fault.name)", questions) { try $0.rows().isEmpty }
                let held = try fault.start(in: watch.unusual)
                try watch.wait(fault.name, questions) { question in
                    try fault.goOn(watch.unusual)
                    let rows = try question.rows()
                    return !rows.isEmpty && rows.allSatisfy { $0.labels[question.identity] != nil }
                        && fault.labels.allSatisfy { key, values in Set(rows.compactMap { $0.labels[key] }) == values }
                }
                held?.end()
                try fault.end(watch.unusual)
            }

            let checks = watch.questions(
                about: ["Stocks and flows disagree", "More connections than can be followed", "Silent agent"]
            )
            try watch.wait("the agent to be well", checks) { try $0.rows().isEmpty }
            watch.agent.signal(SIGKILL)
            try watch.wait("the agent's silence", watch.questions(about: ["Silent agent"])) { question in
                try question.rows().contains { $0.labels[question.identity] != nil }
            }
        }
    }
}
