import Catalogue
import CommandSupport
package import Findings
import Metrics
package import Probes
import PrometheusNames

/// What is to be explained.
package struct ExplainRequest {
    /// The findings that are looked for.
    private let table: [Finding]

    /// Creates a request for all findings, or for some.
    package init(_ table: [Finding] = Finding.all) {
        self.table = table
    }

    /// Explains what a backend has.
    ///
    /// - Parameters:
    ///   - client: Asks the backend.
    ///   - span: The time to explain, and its baseline.
    ///   - host: The name of a host; nil for all.
    ///   - service: The name of a service; nil for all.
    /// - Returns: The explanation.
    /// - Throws: ``Failure`` when the backend can't be asked, or has nothing.
    package func explain(
        _ client: BackendClient,
        _ span: TimeSpan,
        host: String? = nil,
        service: String? = nil
    ) throws -> Explanation {
        let source = try BackendSource(client, span, host: host, service: service)
        let findings = try Decision(source).found(in: table)
        var scope = scope(of: source, hasBaseline: source.hasBaseline)
        (scope.hosts, scope.seconds, scope.end, scope.interval) = (
            source.hosts, span.length, source.end, source.interval
        )
        scope.baseline = source.hasBaseline ? span.baseline : nil
        scope.silent = source.silent
        return Explanation(findings: findings, scope: scope)
    }

    /// Explains what happens on this machine now, without a backend and without a baseline.
    ///
    /// - Parameters:
    ///   - length: How long to observe.
    ///   - scope: Whose connections to observe.
    ///   - host: The name of this machine.
    ///   - say: Receives lines for the log.
    /// - Returns: The explanation.
    /// - Throws: ``Failure`` when the kernel refuses.
    package func explainLive(
        for length: Duration,
        scope: ObservationScope,
        host: String?,
        say: @escaping @Sendable (String) -> Void
    ) throws -> Explanation {
        let source = try LiveSource.observe(table, for: length, scope: scope, host: host, say: say)
        let findings = try Decision(source).found(in: table)
        var lookedAt = self.scope(of: source, hasBaseline: false)
        (lookedAt.seconds, lookedAt.interval) = (Int(length.components.seconds), 1)
        lookedAt.end = Double(source.end.unixNanoseconds) / 1e9
        return Explanation(findings: findings, scope: lookedAt)
    }

    /// What is looked at, without its time.
    func scope(of source: some SignalSource, hasBaseline: Bool) -> Explanation.Scope {
        Explanation.Scope(
            findings: table.count,
            signals: Set(table.flatMap { $0.checks.map(\.signal) + $0.evidence.map(\.signal) }).count,
            series: source.metrics.values.reduce(0, +),
            hosts: 1,
            seconds: 0,
            end: 0,
            interval: 0,
            missing: table.compactMap { finding in
                finding.reasonMissing(from: source.metrics, hasBaseline: hasBaseline).map { "\(finding.title) (\($0))" }
            }
        )
    }
}

extension Finding {
    /// Why it can't be looked for; nil if it can be.
    ///
    /// A metric that is always there without this condition has no series as long as nothing happens.
    fileprivate func reasonMissing(from metrics: [String: Int], hasBaseline: Bool) -> String? {
        if !hasBaseline, checks.contains(where: \.needsBaseline) { return "needs a baseline" }
        for selector in checks.flatMap(\.signal.selectors) {
            let definition = Catalogue.all.first { $0.name == selector.metric }
            guard let definition, definition.condition != .always,
                metrics[PrometheusMetricName(definition).countedSeries] == nil
            else { continue }
            return "needs \(definition.condition)"
        }
        return nil
    }
}

extension PrometheusMetricName {
    /// The name of the series of which there is one for each set of attributes.
    var countedSeries: String { kind == .histogram ? samples + "_count" : samples }
}
