import Export
import Logging

/// Decides what to say of each export, so that an outage is told when it begins and when it ends, and not in between.
struct OutageLog: Equatable {
    /// A line for the log.
    struct Line: Equatable {
        /// How bad it is.
        var level: Logger.Level
        /// What to say.
        var text: String
    }

    private var failed = 0

    /// What to say after an export that ended with `outcome`, if anything.
    mutating func line(after outcome: ExportOutcome) -> Line? {
        defer { failed = outcome.droppedPoints > 0 ? failed + 1 : 0 }
        switch (outcome.droppedPoints > 0, failed) {
        case (true, 0):
            let reason = outcome.message ?? "no reason was given"
            return Line(level: .error, text: "\(reason) (further failures are not logged until it works again)")
        case (true, _):
            return nil
        case (false, 1...):
            let exports = failed == 1 ? "one export" : "\(failed) exports"
            return Line(level: .notice, text: "exporting works again; \(exports) failed meanwhile")
        default:
            return outcome.message.map { Line(level: .warning, text: $0) }
        }
    }
}
