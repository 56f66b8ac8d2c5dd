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

    /// How exports are going, from good to bad.
    private enum Condition: Equatable {
        /// Everything arrives.
        case working
        /// Everything arrives, and the receiver has something to say.
        case warned
        /// Some points are refused.
        case rejected
        /// Nothing arrives, and nothing is lost yet.
        case waiting
        /// Points are lost.
        case failing

        init(_ outcome: ExportOutcome) {
            self =
                outcome.droppedPoints > 0
                ? .failing
                : outcome.rejectedPoints > 0
                    ? .rejected
                    : outcome.queuedPoints > 0 && outcome.failure != nil
                        ? .waiting : outcome.message == nil ? .working : .warned
        }
    }

    private var condition = Condition.working
    private var count = 0
    private var lostPoints = 0

    /// What to say after an export that ended with `outcome`, if anything.
    ///
    /// - Parameters:
    ///   - outcome: What became of the export.
    ///   - isLast: Whether the process is about to end. Then an outage is told once more, with what it cost.
    /// - Returns: The line, or nil when there is nothing new.
    mutating func line(after outcome: ExportOutcome, isLast: Bool = false) -> Line? {
        guard !outcome.isUndecided else { return nil }
        var now = Condition(outcome)
        if condition == .failing, now == .waiting {
            // A full queue does not lose something with each export; it is the same outage.
            now = .failing
        }
        lostPoints += outcome.droppedPoints
        if isLast, now == .failing || now == .waiting {
            return lastLine(after: outcome)
        }
        guard now != condition else {
            count += 1
            return nil
        }
        let (before, exports) = (condition, count == 1 ? "one export" : "\(count) exports")
        (condition, count) = (now, 1)
        switch (now, before) {
        case (.working, .failing), (.working, .waiting):
            let loss = lostPoints == 0 ? "nothing was lost" : "\(lostPoints) data points were lost"
            lostPoints = 0
            return Line(level: .notice, text: "exporting works again; \(exports) failed meanwhile, \(loss)")
        case (.working, _):
            return Line(level: .notice, text: "all points are accepted again; \(exports) were not meanwhile")
        default:
            let waiting = outcome.queuedPoints == 0 ? "" : "\(outcome.queuedPoints) data points wait to be sent again; "
            let level = now == .failing ? Logger.Level.error : .warning
            return Line(level: level, text: "\(reason(outcome)) (\(waiting)not logged again until it changes)")
        }
    }

    private func lastLine(after outcome: ExportOutcome) -> Line {
        var sentences = [reason(outcome)]
        if outcome.queuedPoints > 0 {
            sentences.append("\(outcome.queuedPoints) data points stay in the spool for the next start")
        }
        if lostPoints > outcome.droppedPoints {
            sentences.append("\(lostPoints) data points were lost since it began to fail")
        }
        return Line(level: lostPoints > 0 ? .error : .warning, text: sentences.joined(separator: ". "))
    }

    private func reason(_ outcome: ExportOutcome) -> String {
        outcome.message ?? "no reason was given"
    }
}
