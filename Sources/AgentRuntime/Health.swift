import OTLPExport
import Pipeline
import System

/// Whether the agent works, judged by what it did and when.
///
/// All times are from one monotonic clock.
struct Health: Equatable {
    /// The answer to a health request.
    struct Verdict: Equatable {
        /// Whether the agent is healthy.
        var isGood: Bool
        /// One line that says so, or one line for each reason why not.
        var text: String

        fileprivate init(_ word: String, _ reasons: [String]) {
            isGood = reasons.isEmpty
            text = isGood ? "\(word)\n" : reasons.map { "not \(word): \($0)\n" }.joined()
        }
    }

    /// Something that has failed continuously since some time.
    private struct Outage: Equatable {
        var start: Duration
        var reason: String
        /// Whether the receiver is just slow.
        ///
        /// Then the outage may last as long as an export on top.
        var isUndecided = false
    }

    /// The interval of the loop.
    var interval: Duration
    /// How long an export may take.
    ///
    /// A turn of the loop may wait for one.
    var exportLimit: Duration

    private var lastTurn: Duration
    private var hasCollected = false
    private var collecting: Outage?
    /// One entry for each exporter.
    private var exporting: [Outage?] = []

    /// Creates the health of an agent whose programs are attached and whose loop begins now.
    init(interval: Duration, exportLimit: Duration, now: Duration) {
        self.interval = interval
        self.exportLimit = exportLimit
        lastTurn = now
    }

    /// Records a turn of the loop that has just ended.
    mutating func note(_ round: PeriodicReader.Round, at now: Duration) {
        lastTurn = now
        if let failure = round.failures.first {
            collecting = Outage(start: collecting?.start ?? now, reason: failure)
        } else {
            collecting = nil
            hasCollected = true
        }
        exporting = round.outcomes.enumerated().map { index, outcome in
            // A partial success is not an outage, and neither is a request that the queue sends late.
            guard outcome.acceptedPoints == 0 else { return nil }
            let before = exporting.indices.contains(index) ? exporting[index] : nil
            if outcome.isUndecided {
                return before ?? Outage(start: now, reason: "the receiver has not answered yet", isUndecided: true)
            }
            guard outcome.failure != nil else { return nil }
            return Outage(start: before?.start ?? now, reason: outcome.message ?? "no reason was given")
        }
    }

    /// Live: a turn of the loop has ended within three intervals plus the longest time of an export.
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
