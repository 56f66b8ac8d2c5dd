import Foundation
import Pipeline
import Synchronization

/// What all hosts have done so far.
final class Tally: Sendable {
    private struct Counts {
        var exports = 0
        var points = 0
        var accepted = 0
        var lost = 0
        var failures = 0
        var queued: [Int: Int] = [:]
        var problem = ""
    }

    private let counts = Mutex(Counts())

    /// Adds the points of an export that begins.
    func begin(_ points: Int) {
        counts.withLock { counts in
            counts.exports += 1
            counts.points += points
        }
    }

    /// Adds a round of a host.
    func add(_ round: PeriodicReader.Round, of host: Int) {
        counts.withLock { counts in
            counts.failures += round.failures.count
            for outcome in round.outcomes {
                counts.accepted += outcome.acceptedPoints
                counts.lost += outcome.lostPoints.values.reduce(0, +)
                counts.queued[host] = outcome.queuedPoints
                if let message = outcome.message { counts.problem = message }
            }
            if let failure = round.failures.first { counts.problem = failure }
        }
    }

    /// All of it as a line of JSON, with the time.
    var line: String {
        let counts = counts.withLock { $0 }
        let numbers: KeyValuePairs = [
            "exports": counts.exports, "points": counts.points, "accepted": counts.accepted, "lost": counts.lost,
            "queued": counts.queued.values.reduce(0, +), "failures": counts.failures,
        ]
        let fields = numbers.map { "\"\($0)\": \($1)" } + ["\"time\": \(Date().timeIntervalSince1970)"]
        let problem = counts.problem.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
        return "{\(fields.joined(separator: ", ")), \"problem\": \"\(problem)\"}"
    }
}
