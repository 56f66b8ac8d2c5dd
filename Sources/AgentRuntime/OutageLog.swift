import Logging
import Pipeline

/// Decides what to log after each export.
///
/// An outage is logged when it begins, for each new reason, and when it ends, but not in between.
struct OutageLog: Equatable {
    /// A line for the log.
    struct Line: Equatable {
        /// Its severity.
        var level: Logger.Level
        /// Its text.
        var text: String
    }

    /// The state of exports, from good to bad.
    private enum Condition: Equatable {
        /// Everything arrives.
        case working
        /// Everything arrives, with a warning from the receiver.
        case warned
        /// Some points are rejected.
        case rejected
        /// Nothing arrives, and nothing is lost yet.
        case waiting
        /// Points are lost.
        case failing

        /// Whether nothing arrives.
        var isOutage: Bool { self == .waiting || self == .failing }

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

    /// One of the reasons why exports fail.
    private struct Reason: Hashable {
        var failure: ExportOutcome.Failure?
        var cause: String?
    }

    private var condition = Condition.working
    /// The reasons logged since everything arrived.
    ///
    /// Each is logged once: otherwise two that alternate would be logged forever.
    private var logged: Set<Reason> = []
    private var count = 0
    private var lostPoints = 0

    /// The line to log after an export that ended with `outcome`, if any.
    ///
    /// - Parameters:
    ///   - outcome: The result of the export.
    ///   - isLast: Whether the process is about to end. Then an outage is logged once more, with what it lost.
    /// - Returns: The line, or nil if there is nothing new.
    mutating func line(after outcome: ExportOutcome, isLast: Bool = false) -> Line? {
        guard isLast || !outcome.isUndecided else { return nil }
        var now = Condition(outcome)
        if condition == .failing, now == .waiting {
            // A full queue does not lose points with each export, but it is the same outage.
            now = .failing
        }
        lostPoints += outcome.droppedPoints
        if isLast, now.isOutage || outcome.isUndecided {
            return lastLine(after: outcome)
        }
        let isNew = logged.insert(Reason(failure: outcome.failure, cause: outcome.cause)).inserted
        guard now != condition else {
            count += 1
            return isNew && now != .working ? beginning(of: now, outcome) : nil
        }
        if now == .working { logged = [] }
        let (before, exports) = (condition, count == 1 ? "one export" : "\(count) exports")
        (condition, count) = (now, now.isOutage && before.isOutage ? count + 1 : 1)
        switch (now, before) {
        case (.working, .failing), (.working, .waiting):
            let loss = lostPoints == 0 ? "nothing was lost" : "\(lostPoints) data points were lost"
            lostPoints = 0
            return Line(level: .notice, text: "exporting works again; \(exports) failed meanwhile, \(loss)")
        case (.working, _):
            return Line(level: .notice, text: "all points are accepted again; \(exports) were not meanwhile")
        default:
            return beginning(of: now, outcome)
        }
    }

    private func beginning(of condition: Condition, _ outcome: ExportOutcome) -> Line {
        let waiting = outcome.queuedPoints == 0 ? "" : "\(outcome.queuedPoints) data points wait to be sent again; "
        let level = condition == .failing ? Logger.Level.error : .warning
        return Line(level: level, text: "\(reason(outcome)) (\(waiting)not logged again until it changes)")
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
        outcome.message ?? (outcome.isUndecided ? "the receiver has not answered yet" : "no reason was given")
    }
}
