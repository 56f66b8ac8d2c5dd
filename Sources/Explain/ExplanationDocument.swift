import Findings

/// An explanation for programs.
package struct ExplanationDocument: Codable, Hashable, Sendable {
    /// What was found, the guilty one first.
    package var findings: [Entry]
    /// What was looked at.
    package var lookedAt: LookedAt

    private enum CodingKeys: String, CodingKey {
        case findings
        case lookedAt = "looked_at"
    }

    /// A finding for one group.
    package struct Entry: Codable, Hashable, Sendable {
        /// The identifier of the finding.
        package var signal: String
        /// Its title.
        package var title: String
        /// `critical` or `warning`.
        package var severity: String
        /// The host; absent if its name is not known.
        package var host: String?
        /// All labels that tell the group apart.
        package var group: [String: String]
        /// What it means.
        package var meaning: String
        /// The values that show it.
        package var evidence: [Evidence]
        /// What to do.
        package var remedy: String
        /// A command that shows more.
        package var command: String?
        /// The titles of the findings that it probably follows from; absent for a cause.
        package var follows: [String]?
    }

    /// A value.
    package struct Evidence: Codable, Hashable, Sendable {
        /// The metrics that it is made from, separated by ` / `.
        package var metric: String
        /// What it is, if it is not a condition.
        package var title: String?
        /// Attributes that the group does not have.
        package var labels: [String: String]?
        /// The value, in the unit of the metric.
        package var now: Double?
        /// What is usual.
        package var baseline: Double?
        /// The value as a multiple of the usual one.
        package var factor: Double?
        /// What it must not exceed.
        package var threshold: Double?
    }

    /// What was looked at.
    package struct LookedAt: Codable, Hashable, Sendable {
        /// How many findings were looked for.
        package var findings: Int
        /// How many signals were computed.
        package var signals: Int
        /// How many series they are made from.
        package var series: Int
        /// How many hosts.
        package var hosts: Int
        /// The names of those that have had data, and have no more.
        package var silent: [String]
        /// The end of the time that was explained (RFC 3339).
        package var end: String
        /// Its length in seconds.
        package var seconds: Int
        /// The length of the baseline before it, in seconds; absent if there was none.
        package var baseline: Int?
        /// The time between two collections, in seconds.
        package var interval: Double
        /// What could not be looked for.
        package var missing: [String]
    }

    /// Describes an explanation.
    package init(_ explanation: Explanation) {
        findings = explanation.findings.map { found in
            Entry(
                signal: found.finding.id,
                title: found.finding.title,
                severity: found.finding.severity.rawValue,
                host: found.place.host,
                group: found.labels,
                meaning: found.finding.meaning,
                evidence: found.evidence.map(Evidence.init),
                remedy: found.finding.remedy,
                command: found.finding.command,
                follows: found.follows.isEmpty ? nil : found.follows
            )
        }
        let scope = explanation.scope
        lookedAt = LookedAt(
            findings: scope.findings,
            signals: scope.signals,
            series: scope.series,
            hosts: scope.hosts,
            silent: scope.silent,
            end: scope.end.moment,
            seconds: scope.seconds,
            baseline: scope.baseline,
            interval: scope.interval,
            missing: scope.missing
        )
    }
}

extension ExplanationDocument.Evidence {
    fileprivate init(_ value: Explanation.Value) {
        metric = value.metrics.joined(separator: " / ")
        title = value.title
        labels = value.labels.isEmpty ? nil : value.labels
        (now, baseline, factor, threshold) = (value.now, value.baseline, value.factor, value.threshold)
    }
}
