/// The findings in the form in which others read them.
package struct FindingDocument: Codable, Hashable, Sendable {
    /// All findings, causes before what follows from them.
    package var findings: [Entry]

    /// A finding.
    package struct Entry: Codable, Hashable, Sendable {
        /// What it is called in files.
        package var id: String
        /// What it is called on a screen.
        package var title: String
        /// The name of its alert.
        package var alert: String
        /// `critical` or `warning`.
        package var severity: String
        /// `connections` or `agent`.
        package var subject: String
        /// What it means.
        package var meaning: String
        /// What to do.
        package var remedy: String
        /// A command that shows more.
        package var command: String?
        /// Why the thresholds are what they are.
        package var reason: String
        /// How long it must last before an alert fires, in seconds.
        package var patience: Int64
        /// The labels that tell its groups apart, besides those of the host or workload.
        package var groups: [String]
        /// The conditions, all of which must hold.
        package var checks: [CheckEntry]
        /// What to look at with it.
        package var evidence: [EvidenceEntry]
    }

    /// A condition.
    package struct CheckEntry: Codable, Hashable, Sendable {
        /// The metrics that it is made from.
        package var metrics: [String]
        /// The signal in PromQL, by `job` and `instance`.
        package var query: String
        /// The signal must be greater than this.
        package var threshold: Double
        /// And greater than its baseline times this; nil for no such condition.
        package var factor: Double?
        /// Above this the baseline does not matter; nil for never.
        package var ceiling: Double?
        /// How its values are written.
        package var measure: Finding.Measure
    }

    /// A signal without a condition.
    package struct EvidenceEntry: Codable, Hashable, Sendable {
        /// What it is.
        package var title: String
        /// The metrics that it is made from.
        package var metrics: [String]
        /// The signal in PromQL, by `job` and `instance`.
        package var query: String
        /// How its values are written.
        package var measure: Finding.Measure
    }

    /// Describes findings.
    ///
    /// - Parameters:
    ///   - findings: The findings.
    ///   - frame: Whose series the queries are about, and over which time.
    package init(_ findings: [Finding] = Finding.all, _ frame: QueryFrame = QueryFrame()) {
        self.findings = findings.map { Entry($0, frame) }
    }
}

extension FindingDocument.Entry {
    fileprivate init(_ finding: Finding, _ frame: QueryFrame) {
        (id, title, alert) = (finding.id, finding.title, finding.alert)
        (severity, subject) = (finding.severity.rawValue, finding.subject.rawValue)
        (meaning, remedy, command, reason) = (finding.meaning, finding.remedy, finding.command, finding.reason)
        patience = finding.patience.components.seconds
        groups = finding.labels
        checks = finding.checks.map { check in
            FindingDocument.CheckEntry(
                metrics: check.signal.selectors.map(\.metric),
                query: check.signal.promQL(frame),
                threshold: check.threshold,
                factor: check.factor,
                ceiling: check.ceiling,
                measure: check.measure
            )
        }
        evidence = finding.evidence.map { evidence in
            FindingDocument.EvidenceEntry(
                title: evidence.title,
                metrics: evidence.signal.selectors.map(\.metric),
                query: evidence.signal.promQL(frame),
                measure: evidence.measure
            )
        }
    }
}
