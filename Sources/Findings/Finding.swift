/// Something that is wrong: how it shows in the metrics, what it means, and what to do.
///
/// `top`, `explain`, the alerts and docs/triage.md are all made from these.
package struct Finding: Hashable, Sendable {
    /// What it is called in JSON and in files: words with `_`.
    package let id: String
    /// What it is called on a screen.
    package let title: String
    /// How it shows; all of these must hold for the same group.
    package let checks: [Check]
    /// What it means, in a sentence or two.
    package let meaning: String
    /// What to do about it.
    package let remedy: String
    /// A command that shows more on the machine itself.
    package let command: String?
    /// Why the thresholds are what they are.
    package let reason: String
    /// How urgent it is.
    package let severity: Severity
    /// How long it must last before an alert fires.
    package let patience: Duration
    /// Whether it is about the connections, or about tcplens itself.
    package let subject: Subject
    /// Other signals to look at with it.
    package let evidence: [Evidence]

    /// How urgent a finding is.
    package enum Severity: String, Codable, Sendable {
        /// Users are affected now.
        case critical
        /// Somebody should look at it during the day.
        case warning
    }

    /// What a finding is about.
    package enum Subject: String, Codable, Sendable {
        /// The connections of a host or workload.
        case connections
        /// The agent: how far its numbers can be trusted.
        case agent
    }

    /// A condition on a signal.
    package struct Check: Hashable, Sendable {
        /// The signal.
        package let signal: Signal
        /// It must be greater than this.
        package let threshold: Double
        /// It must also be greater than its own baseline times this, where one is known; nil for no such condition.
        package let factor: Double?
        /// Above this it holds whatever the baseline is, so that no fault becomes usual; nil for never.
        package let ceiling: Double?
        /// Whether nothing can be said without a baseline, because the threshold alone is normal for some.
        package let needsBaseline: Bool
        /// How its values are written.
        package let measure: Measure

        init(
            _ signal: Signal,
            above threshold: Double,
            timesBaseline factor: Double? = nil,
            orAbove ceiling: Double? = nil,
            _ measure: Measure,
            needsBaseline: Bool = false
        ) {
            (self.signal, self.threshold, self.measure) = (signal, threshold, measure)
            (self.factor, self.ceiling, self.needsBaseline) = (factor, ceiling, needsBaseline)
        }
    }

    /// A signal that is shown with a finding, and has no condition.
    package struct Evidence: Hashable, Sendable {
        /// What it is.
        package let title: String
        /// The signal.
        package let signal: Signal
        /// How its values are written.
        package let measure: Measure

        init(_ title: String, _ signal: Signal, _ measure: Measure) {
            (self.title, self.signal, self.measure) = (title, signal, measure)
        }
    }

    /// How values are written.
    package enum Measure: String, Codable, Sendable {
        /// A number.
        case count
        /// A number for each second.
        case perSecond = "per_second"
        /// A part of one, written as a percentage.
        case share
        /// Seconds.
        case duration
    }

    init(
        _ id: String,
        _ title: String,
        _ severity: Severity = .warning,
        of subject: Subject = .connections,
        after patience: Duration,
        when checks: Check...,
        meaning: String,
        remedy: String,
        command: String? = nil,
        reason: String,
        evidence: [Evidence] = []
    ) {
        (self.id, self.title, self.severity, self.subject) = (id, title, severity, subject)
        (self.patience, self.checks, self.evidence) = (patience, checks, evidence)
        (self.meaning, self.remedy, self.command, self.reason) = (meaning, remedy, command, reason)
    }

    /// The name of its alert: the words of its identifier, each with a capital.
    package var alert: String {
        "TCPLens" + id.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
