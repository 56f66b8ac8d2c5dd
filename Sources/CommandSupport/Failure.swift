/// The end of a command that could not do what it was asked.
package struct Failure: Error {
    /// The status of a command that tried and failed.
    package static let failed: CInt = 1
    /// The status of wrong usage or wrong configuration.
    package static let usage: CInt = 2

    /// A failure of which everything is printed already.
    package static let told = Failure("")

    /// What failed, on what, why, and what to do; a line for each thing.
    package var message: String
    /// The exit status.
    package var status: CInt

    /// Creates a failure of the work itself.
    package init(_ message: String) {
        self.message = message
        status = Self.failed
    }

    /// Creates a failure of what the user asked for.
    package init(usage message: String) {
        self.message = message
        status = Self.usage
    }

    /// The same failure, with what may be its reason on the same line.
    package func because(_ reasons: [String]) -> Failure {
        var failure = self
        failure.message = ([message] + reasons).joined(separator: "; ")
        return failure
    }
}
