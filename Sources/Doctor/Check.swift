/// One thing that `doctor` has looked at, what it found, and what to do about it.
package struct Check: Equatable, Sendable {
    /// What that means for `run`.
    package enum Status: String, Encodable, Sendable {
        /// As it is to be.
        case ok
        /// `run` works, but something is lost or will hurt.
        case warning
        /// `run` would not work.
        case failed
    }

    /// What to do.
    package struct Remedy: Equatable, Sendable {
        /// A sentence.
        package var text: String
        /// A command to copy, where one does it or shows more.
        package var command: String?

        /// Creates a remedy.
        package init(_ text: String, _ command: String? = nil) {
            (self.text, self.command) = (text, command)
        }
    }

    /// What was looked at; a few words.
    package var name: String
    /// What that means.
    package var status: Status
    /// What was found; no secrets.
    package var found: String
    /// What to do, where something is not as it is to be.
    package var remedy: Remedy?

    /// A thing that is as it is to be.
    package static func ok(_ name: String, _ found: String) -> Check {
        Check(name: name, status: .ok, found: found)
    }

    /// A thing by which something is lost, or that will hurt.
    package static func warning(_ name: String, _ found: String, _ remedy: Remedy?) -> Check {
        Check(name: name, status: .warning, found: found, remedy: remedy)
    }

    /// A thing by which `run` would not work.
    package static func failed(_ name: String, _ found: String, _ remedy: Remedy?) -> Check {
        Check(name: name, status: .failed, found: found, remedy: remedy)
    }
}
