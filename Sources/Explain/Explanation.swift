package import Findings

/// What is wrong, and what was looked at.
package struct Explanation: Hashable, Sendable {
    /// What was found, causes before what follows from them.
    package var findings: [Found]
    /// What was looked at.
    package var scope: Scope

    /// Creates an explanation.
    package init(findings: [Found], scope: Scope) {
        (self.findings, self.scope) = (findings, scope)
    }

    /// Whether nothing was found, and all hosts were heard.
    package var isWell: Bool { findings.isEmpty && scope.silent.isEmpty }

    /// A finding for one group of series.
    package struct Found: Hashable, Sendable {
        /// The finding.
        package var finding: Finding
        /// What it is about.
        package var place: Place
        /// All labels of the group.
        package var labels: [String: String]
        /// The values of its conditions, then those to look at with it.
        package var evidence: [Value]
        /// The titles of what it probably follows from; empty for a cause.
        package var follows: [String]
    }

    /// A value with what is usual.
    package struct Value: Hashable, Sendable {
        /// What it is, if it is not a condition; else the name of the metric says it.
        package var title: String?
        /// The names of the metrics that it is made from.
        package var metrics: [String]
        /// Attributes that the group does not have, with their values.
        package var labels: [String: String]
        /// How it is written.
        package var measure: Finding.Measure
        /// The value; nil if there is none.
        package var now: Double?
        /// The value that is usual; nil if that is not known.
        package var baseline: Double?
        /// The value as a multiple of the usual one; nil without one, or if that is zero.
        package var factor: Double?
        /// What it must not exceed; nil if it is not a condition.
        package var threshold: Double?
    }

    /// What was looked at.
    package struct Scope: Hashable, Sendable {
        /// How many findings were looked for.
        package var findings: Int
        /// How many signals were computed.
        package var signals: Int
        /// How many series they are made from.
        package var series: Int
        /// How many hosts.
        package var hosts: Int
        /// The names of those that have had data, and have no more.
        package var silent: [String] = []
        /// The length of the time that was explained, in seconds.
        package var seconds: Int
        /// Its end, in seconds since 1970.
        package var end: Double
        /// The length of the baseline in seconds; nil if there was none.
        package var baseline: Int?
        /// The time between two collections, in seconds.
        package var interval: Double
        /// The titles of what could not be looked for, with the reason.
        package var missing: [String]
    }
}
