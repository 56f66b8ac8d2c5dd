/// The JSON of `tcplens doctor --format json`.
package struct DoctorReport: Encodable, Equatable {
    /// A check.
    package struct Row: Encodable, Equatable {
        /// What was checked.
        package var name: String
        /// `ok`, `warning` or `failed`.
        package var status: Check.Status
        /// The result.
        package var found: String
        /// What to do; absent if nothing needs to be done.
        package var remedy: String?
        /// A command that carries out the remedy or shows more; absent if no command helps.
        package var command: String?
    }

    /// The checks, in order.
    package var checks: [Row]
    /// Whether `run` would work.
    package var ok: Bool

    /// Creates a report of `checks`.
    package init(_ checks: [Check]) {
        ok = !checks.contains { $0.status == .failed }
        self.checks = checks.map { check in
            Row(
                name: check.name,
                status: check.status,
                found: check.found,
                remedy: check.remedy?.text,
                command: check.remedy?.command
            )
        }
    }
}
