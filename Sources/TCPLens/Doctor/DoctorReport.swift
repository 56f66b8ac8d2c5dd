/// Checks for programs: the JSON of `tcplens doctor --format json`.
struct DoctorReport: Encodable, Equatable {
    /// A check.
    struct Row: Encodable, Equatable {
        /// What was looked at.
        var name: String
        /// `ok`, `warning` or `failed`.
        var status: Check.Status
        /// What was found.
        var found: String
        /// What to do; absent where nothing is.
        var remedy: String?
        /// A command that does it or shows more; absent where there is none.
        var command: String?
    }

    /// The checks, in their order.
    var checks: [Row]
    /// Whether `run` would work.
    var ok: Bool

    /// Creates a report of `checks`.
    init(_ checks: [Check]) {
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
