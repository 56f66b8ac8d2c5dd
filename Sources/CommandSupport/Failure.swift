/// An error that ends a command.
package struct Failure: Error {
    /// The exit status of a command that tried and failed.
    package static let failed: CInt = 1
    /// The exit status for wrong usage or configuration.
    package static let usage: CInt = 2

    /// The exit status of a command that was asked whether something is wrong, and found something.
    package static let found: CInt = 3

    /// A failure whose messages have all been printed already.
    package static let alreadyPrinted = Failure("")

    /// What failed, on what, why, and what to do; one line for each problem.
    package var message: String
    /// The exit status.
    package var status: CInt

    /// Creates a failure of the work itself.
    package init(_ message: String) {
        self.message = message
        status = Self.failed
    }

    /// Creates a failure that the user's arguments or configuration caused.
    package init(usage message: String) {
        self.message = message
        status = Self.usage
    }

    /// The end of a command that has printed what it found.
    package static var somethingFound: Failure {
        var failure = alreadyPrinted
        failure.status = found
        return failure
    }

    /// The same failure, with possible reasons on the same line.
    package func because(_ reasons: [String]) -> Failure {
        var failure = self
        failure.message = ([message] + reasons).joined(separator: "; ")
        return failure
    }
}
