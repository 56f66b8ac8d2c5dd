import Catalogue
import Findings
import Testing

/// The table of findings is about metrics that exist.
@Suite struct FindingTableTests {
    private static var selectors: [Selector] {
        Finding.all.flatMap { finding in
            finding.checks.flatMap(\.signal.selectors) + finding.evidence.flatMap(\.signal.selectors)
        }
    }

    @Test func `each selector has attributes and values of its metric`() throws {
        for selector in Self.selectors {
            let metric = try #require(Catalogue.all.first { $0.name == selector.metric })
            for (key, match) in selector.matches {
                let attribute = try #require(metric.attributes.first { $0.key == key }, "\(metric.name) \(key)")
                guard case .oneOf(let known) = attribute.values else { continue }
                #expect(Set(match.values).isSubset(of: known), "\(metric.name) \(key)")
            }
            for key in selector.groups {
                #expect(metric.attributes.contains { $0.key == key }, "\(metric.name) by \(key)")
            }
        }
    }

    @Test func `rates are of counters, quantiles of histograms, and stocks are not rated`() throws {
        for signal in Finding.all.flatMap({ $0.checks.map(\.signal) + $0.evidence.map(\.signal) }) {
            try expectSense(signal)
        }
    }

    private func expectSense(_ signal: Signal) throws {
        func kind(_ selector: Selector) -> MetricDefinition.Kind? {
            Catalogue.all.first { $0.name == selector.metric }?.kind
        }
        switch signal {
        case .rate(let selector): #expect(kind(selector) == .counter, "\(selector.metric)")
        case .sum(let selector), .peak(let selector), .lasting(let selector):
            #expect([.upDownCounter, .gauge].contains(kind(selector)), "\(selector.metric)")
        case .quantile(_, let selector):
            guard case .histogram = kind(selector) else {
                Issue.record("\(selector.metric) has no buckets")
                return
            }
        case .share(let part, let whole):
            try expectSense(part)
            try expectSense(whole)
            #expect(Set(whole.groups).isSubset(of: part.groups))
        }
    }

    @Test func `each finding says all, and all its conditions have the same groups`() {
        for finding in Finding.all {
            for text in [finding.meaning, finding.remedy, finding.reason] {
                #expect((text.hasSuffix(".") || text.hasSuffix("?")) && text.count > 20, "\(finding.id): \(text)")
            }
            #expect(Set(finding.checks.map(\.signal.groups)).count == 1, "\(finding.id)")
            #expect(finding.patience >= .seconds(60))
        }
        #expect(Set(Finding.all.map(\.id)).count == Finding.all.count)
        #expect(Set(Finding.all.map(\.title)).count == Finding.all.count)
    }

    @Test(arguments: [
        (
            Finding.acceptQueueFull,
            "max by (job, instance, network_local_port) (max_over_time(tcplens_listener_accept_queue_full[5m]))"
        ),
        (
            Finding.timeWaitLimit,
            "sum by (job, instance) (system_network_connection_count{network_connection_state=\"time_wait\"}) / sum by (job, instance) (tcplens_time_wait_limit)"
        ),
        (
            Finding.roundTrips,
            "histogram_quantile(0.5, sum by (job, instance, le) (rate(tcplens_rtt_seconds_bucket[5m])))"
        ),
        (
            Finding.handshakeFailures,
            "sum by (job, instance, error_type) (rate(tcplens_handshakes_total{error_type!=\"\", tcplens_connection_role=\"client\"}[5m])) / on (job, instance) group_left () sum by (job, instance) (rate(tcplens_handshakes_total{tcplens_connection_role=\"client\"}[5m]))"
        ),
        (
            Finding.closeWaitLeak,
            "min_over_time(sum by (job, instance) (system_network_connection_count{network_connection_state=\"close_wait\"})[5m:1m])"
        ),
    ])
    func `queries`(finding: Finding, query: String) throws {
        #expect(finding.checks.first?.signal.promQL(QueryFrame()) == query)
    }

    @Test func `a frame selects, groups and goes back in time`() throws {
        let frame = QueryFrame(
            identity: ["host_name"],
            matchers: ["host_name=\"edge-7\""],
            range: "20s",
            step: "5s",
            offset: "30m"
        )
        let signals = [Finding.synFlood, Finding.closeWaitLeak].compactMap { $0.checks.first?.signal.promQL(frame) }
        #expect(
            signals == [
                "sum by (host_name) (rate(tcplens_syn_cookies_total{host_name=\"edge-7\", "
                    + "tcplens_syn_cookie_result=\"sent\"}[20s] offset 30m))",
                "min_over_time(sum by (host_name) (system_network_connection_count{host_name=\"edge-7\", "
                    + "network_connection_state=\"close_wait\"})[20s:5s] offset 30m)",
            ]
        )
    }

    @Test(arguments: [
        (Finding.Measure.count, 51.0, "51"), (.perSecond, 0.25, "0.25/s"), (.share, 0.0123, "1.23 %"),
        (.duration, 0.005, "5 ms"), (.duration, 0.000_03, "30 us"), (.duration, 12.345, "12.3 s"),
        (.count, .infinity, "no limit"), (.count, .nan, "?"), (.count, 23_000, "23000"), (.count, 1e300, "1e+300"),
    ])
    func `values in words`(measure: Finding.Measure, value: Double, text: String) {
        #expect(measure.text(value) == text)
    }
}

extension Selector.Match {
    fileprivate var values: [String] {
        switch self {
        case .equal(let text): [text]
        case .oneOf(let texts), .noneOf(let texts): texts
        case .present: []
        }
    }
}
