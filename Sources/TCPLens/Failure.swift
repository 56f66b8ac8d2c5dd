/// The end of a command that could not do what it was asked.
struct Failure: Error {
    /// The status of a command that tried and failed.
    static let failed: CInt = 1
    /// The status of wrong usage or wrong configuration.
    static let usage: CInt = 2

    /// A failure of which everything is printed already.
    static let told = Failure("")

    /// What failed, on what, why, and what to do; a line for each thing.
    var message: String
    /// The exit status.
    var status: CInt

    /// Creates a failure of the work itself.
    init(_ message: String) {
        self.message = message
        status = Self.failed
    }

    /// Creates a failure of what the user asked for.
    init(usage message: String) {
        self.message = message
        status = Self.usage
    }

    /// The same failure, with what may be its reason on the same line.
    func because(_ reasons: [String]) -> Failure {
        var failure = self
        failure.message = ([message] + reasons).joined(separator: "; ")
        return failure
    }
}
