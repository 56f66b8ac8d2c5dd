import ArgumentParser

/// A command that gives up privileges before it begins.
protocol ConfinedCommand: ParsableCommand {
    /// Gives up what the command does not need.
    ///
    /// It is called on the first thread while there is no other: Linux gives privileges to threads, and later threads
    /// inherit what the first one has.
    mutating func confine() throws
}
