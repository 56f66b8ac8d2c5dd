/// Something that `doctor` has checked, the result, and what to do about it.
package struct Check: Equatable, Sendable {
    /// What the result means for `run`.
    package enum Status: String, Encodable, Sendable {
        /// No problem.
        case ok
        /// `run` works, but something is missing or will cause problems.
        case warning
        /// `run` would not work.
        case failed
    }

    /// What to do.
    package struct Remedy: Equatable, Sendable {
        /// One sentence.
        package var text: String
        /// A command to copy that does it or shows more, if there is one.
        package var command: String?

        /// Creates a remedy.
        package init(_ text: String, _ command: String? = nil) {
            (self.text, self.command) = (text, command)
        }
    }

    /// What was checked, in a few words.
    package var name: String
    /// What the result means.
    package var status: Status
    /// The result, without secrets.
    package var found: String
    /// What to do, if something is wrong.
    package var remedy: Remedy?

    /// A check without problems.
    package static func ok(_ name: String, _ found: String) -> Check {
        Check(name: name, status: .ok, found: found)
    }

    /// A check that found something missing or problematic.
    package static func warning(_ name: String, _ found: String, _ remedy: Remedy?) -> Check {
        Check(name: name, status: .warning, found: found, remedy: remedy)
    }

    /// A check that found what would stop `run` from working.
    package static func failed(_ name: String, _ found: String, _ remedy: Remedy?) -> Check {
        Check(name: name, status: .failed, found: found, remedy: remedy)
    }
}
