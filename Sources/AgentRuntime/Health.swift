import OTLPExport
import Pipeline
import System

/// Whether the agent does its work, told from what it did and when.
///
/// All times are of one clock that only goes forward.
struct Health: Equatable {
    /// An answer to a question after it.
    struct Verdict: Equatable {
        /// Whether all is well.
        var isGood: Bool
        /// One line that says so, or a line for each reason why not.
        var text: String

        fileprivate init(_ word: String, _ reasons: [String]) {
            isGood = reasons.isEmpty
            text = isGood ? "\(word)\n" : reasons.map { "not \(word): \($0)\n" }.joined()
        }
    }

    /// Something that has failed each time since a moment.
    private struct Outage: Equatable {
        var start: Duration
        var reason: String
        /// Whether that is because the receiver takes its time: then it may take that of an export on top.
        var isUndecided = false
    }

    /// How often the loop is to turn.
    var interval: Duration
    /// How long an export may take, on which a turn may have to wait.
    var exportLimit: Duration

    private var lastTurn: Duration
    private var hasCollected = false
    private var collecting: Outage?
    /// One for each exporter.
    private var exporting: [Outage?] = []

    /// Creates the health of an agent that has its programs attached and begins its loop now.
    init(interval: Duration, exportLimit: Duration, now: Duration) {
        self.interval = interval
        self.exportLimit = exportLimit
        lastTurn = now
    }

    /// Notes a turn of the loop, which has just ended.
    mutating func note(_ round: PeriodicReader.Round, at now: Duration) {
        lastTurn = now
        if let failure = round.failures.first {
            collecting = Outage(start: collecting?.start ?? now, reason: failure)
        } else {
            collecting = nil
            hasCollected = true
        }
        exporting = round.outcomes.enumerated().map { index, outcome in
            // What arrives in part is no outage, and neither is what a queue sends late.
            guard outcome.acceptedPoints == 0 else { return nil }
            let before = exporting.indices.contains(index) ? exporting[index] : nil
            if outcome.isUndecided {
                return before ?? Outage(start: now, reason: "the receiver has not answered yet", isUndecided: true)
            }
            guard outcome.failure != nil else { return nil }
            return Outage(start: before?.start ?? now, reason: outcome.message ?? "no reason was given")
        }
    }

    /// Live: the loop has turned within three intervals, not counting an export that takes as long as it may.
    func liveness(at now: Duration) -> Verdict {
        let silence = now - lastTurn
        guard silence > patience + exportLimit else { return Verdict("live", []) }
        return Verdict("live", ["the collection loop has not turned for \(silence.text) (interval: \(interval.text))"])
    }

    /// Ready: a collection is done, and neither collections nor exports have failed for longer than three intervals.
    func readiness(at now: Duration) -> Verdict {
        var reasons: [String] = []
        if !hasCollected {
            reasons.append(collecting.map { "nothing could be collected: \($0.reason)" } ?? "nothing is collected yet")
        } else if let collecting, now - collecting.start > patience {
            reasons.append("collections have failed for \((now - collecting.start).text): \(collecting.reason)")
        }
        for outage in exporting.compactMap(\.self)
        where now - outage.start > patience + (outage.isUndecided ? exportLimit : .zero) {
            reasons.append("exports have failed for \((now - outage.start).text): \(outage.reason)")
        }
        return Verdict("ready", reasons)
    }

    private var patience: Duration { interval * 3 }
}
