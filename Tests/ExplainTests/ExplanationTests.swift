import Catalogue
import Findings
import Foundation
import Rendering
import Testing

@testable import Explain

/// How an explanation is printed.
@Suite struct ExplanationTests {
    private static let scope = Explanation.Scope(
        findings: 17,
        signals: 34,
        series: 152,
        hosts: 1,
        seconds: 1800,
        end: 1_796_049_444,
        baseline: 1800,
        interval: 60,
        missing: []
    )

    private func explanation(_ labels: [[String: String]]) throws -> Explanation {
        var source = FakeSource()
        for labels in labels { source.make(.acceptQueueFull, labels, times: 1) }
        source.now[.rate(Selector(.listenerDrops, by: "network.local.port"))] = [
            Sample(["network_local_port": "80"], 12)
        ]
        source.before[.rate(Selector(.listenerDrops, by: "network.local.port"))] = [
            Sample(["network_local_port": "80"], 3)
        ]
        return Explanation(findings: try Decision(source).found(in: Finding.all), scope: Self.scope)
    }

    @Test func `a finding says where, what, and what to do`() throws {
        let text = ExplanationText(
            try explanation([["host_name": "edge-7", "network_local_port": "80"]]),
            OutputStyle()
        ).text
        #expect(
            text == """
                1. Accept queue full (critical)
                   on edge-7, network_local_port 80
                     tcplens.listener.accept_queue.full: now 1, baseline 0
                     what listeners drop: now 12/s, baseline 3/s, factor 4
                   The program on this port, or one of its workers, does not accept connections
                   as fast as they come. Clients wait a second or more for their SYN or their
                   first data to be sent again.
                   What to do: See what the program waits for: all workers busy, a lock, garbage
                   collection. A longer backlog only helps against bursts.
                   Next: tcplens snapshot --by listener

                Looked for 17 faults in 34 signals of 152 series from 1 host, 14:07:24 to
                14:37:24 UTC, compared with the 30 min before.

                """
        )
    }

    @Test func `nothing wrong is said, with what was looked at`() {
        var scope = Self.scope
        (scope.baseline, scope.missing) = (nil, ["Slow answers (needs --response-time)"])
        let style = OutputStyle(columns: 200, isColoured: true, isUnicode: true)
        let text = ExplanationText(Explanation(findings: [], scope: scope), style).text
        #expect(text.hasPrefix("\u{1b}[32mNothing is wrong with TCP\u{1b}[0m.\nLooked for 17 faults"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 90 })
        #expect(
            text.replacing("\n", with: " ").contains(
                "without a baseline. Not looked for: Slow answers (needs --response-time)."
            )
        )
    }

    @Test func `hosts that say nothing now are named, and nothing is said to be well of them`() {
        var scope = Self.scope
        (scope.hosts, scope.silent) = (3, ["edge-7", "edge-8"])
        let explanation = Explanation(findings: [], scope: scope)
        #expect(!explanation.isWell)
        let text = ExplanationText(explanation, OutputStyle(columns: 200)).text
        #expect(
            text.hasPrefix(
                """
                No data now
                   from edge-7, edge-8: has the agent or the host ended? What follows is not
                   about them.

                Nothing is wrong with TCP on the other host.

                """
            )
        )
        scope.silent = []
        #expect(Explanation(findings: [], scope: scope).isWell)
    }

    @Test func `what can't be looked for is told, with the reason`() {
        func missing(_ metrics: [String: Int], _ hasBaseline: Bool) -> [String] {
            let table: [Finding] = [.roundTrips, .slowAnswers, .loss]
            return ExplainRequest(table).scope(of: FakeSource(metrics: metrics), hasBaseline: hasBaseline).missing
        }
        let all = ["tcplens_response_duration_seconds_count", "tcplens_rtt_seconds_count", "tcplens_retransmits_total"]
        let metrics = (all + ["tcplens_segments_total"]).reduce(into: [:]) { $0[$1] = 1 }
        #expect(missing(metrics, true).isEmpty)
        #expect(missing(metrics, false) == ["Round trips longer than usual (needs a baseline)"])
        let slow = ["Slow answers (needs --response-time, kernels from 5.12 on)"]
        #expect(missing(metrics.filter { $0.key != all[0] }, true) == slow)
    }

    @Test func `many groups are cut, lines fit, and labels can't control the terminal`() throws {
        let ports = (0..<50).map { ["host_name": "x\u{1b}[31m\n", "network_local_port": "\($0)"] }
        let text = ExplanationText(try explanation(ports), OutputStyle(columns: 60)).text
        #expect(text.contains("and for 45 more groups"))
        #expect(!text.contains("\u{1b}") && text.contains("x\\u{1b}[31m\\u{a}"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
    }

    @Test func `the JSON has all of it`() throws {
        let document = ExplanationDocument(try explanation([["host_name": "edge-7", "network_local_port": "80"]]))
        let json = try JSONSerialization.jsonObject(with: Data(document.json().utf8)) as? [String: Any]
        let finding = try #require((json?["findings"] as? [[String: Any]])?.first)
        #expect(finding["signal"] as? String == "accept_queue_full")
        #expect(finding["host"] as? String == "edge-7" && finding["severity"] as? String == "critical")
        #expect(finding["group"] as? [String: String] == ["host_name": "edge-7", "network_local_port": "80"])
        #expect(finding["command"] as? String == "tcplens snapshot --by listener")
        let evidence = try #require(finding["evidence"] as? [[String: Any]])
        #expect(evidence[0]["metric"] as? String == "tcplens.listener.accept_queue.full")
        #expect(
            evidence[1]["now"] as? Double == 12 && evidence[1]["baseline"] as? Double == 3
                && evidence[1]["factor"] as? Double == 4
        )
        let lookedAt = try #require(json?["looked_at"] as? [String: Any])
        #expect(lookedAt["end"] as? String == "2026-11-30T14:37:24Z" && lookedAt["series"] as? Int == 152)
    }

    @Test(arguments: [
        ("2026-11-30T14:37:24Z", 1_796_049_444.0), ("1796049444", 1_796_049_444), ("1796049444.5", 1_796_049_444.5),
        ("2026-11-30T15:37:24+01:00", 1_796_049_444), ("yesterday", nil), ("", nil), ("-5", nil), ("nan", nil),
        ("0x10", nil),
        ("2026-11-30", nil), ("1e30", nil),
    ])
    func `moments`(text: String, seconds: Double?) {
        #expect(Moment.seconds(text) == seconds)
    }
}
