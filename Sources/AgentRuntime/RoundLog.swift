import Logging
import Pipeline
import Synchronization
import System

/// Logs the results of rounds of collecting and exporting, without repeating itself each interval.
final class RoundLog: Sendable {
    private struct State {
        var exports: [OutageLog] = []
        var failures: [String] = []
    }

    private let logger: Logger
    private let state = Mutex(State())

    /// Creates a log that writes to `logger`.
    init(logger: Logger) {
        self.logger = logger
    }

    /// Logs the new ones in `failures`, which are all failures of a collection or a scrape.
    func note(failures: [String]) {
        state.withLock { state in
            for failure in failures where !state.failures.contains(failure) {
                logger.error("\(failure)")
            }
            state.failures = failures
        }
    }

    /// Logs what is new in `round`.
    ///
    /// In the last round this includes what is lost when the process ends.
    func note(_ round: PeriodicReader.Round, isLast: Bool = false) {
        note(failures: round.failures)
        for warning in round.warnings {
            logger.warning("\(warning)")
        }
        state.withLock { state in
            while state.exports.count < round.outcomes.count {
                state.exports.append(OutageLog())
            }
            for (index, outcome) in round.outcomes.enumerated() {
                for warning in outcome.warnings {
                    logger.warning("\(warning)")
                }
                guard let line = state.exports[index].line(after: outcome, isLast: isLast) else { continue }
                logger.log(level: line.level, "\(line.text)")
            }
        }
    }
}
