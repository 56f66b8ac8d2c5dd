import Export
import Logging

/// Logs what rounds of collecting and exporting did, without saying the same thing each interval.
struct RoundLog {
    private let logger: Logger
    private var exports: [OutageLog] = []
    private var lastFailures: [String] = []

    /// Creates a log that writes to `logger`.
    init(logger: Logger) {
        self.logger = logger
    }

    /// Logs what is new in `round`.
    mutating func note(_ round: PeriodicReader.Round) {
        for failure in round.failures where !lastFailures.contains(failure) {
            logger.error("\(failure)")
        }
        lastFailures = round.failures
        while exports.count < round.outcomes.count {
            exports.append(OutageLog())
        }
        for (index, outcome) in round.outcomes.enumerated() {
            guard let line = exports[index].line(after: outcome) else { continue }
            logger.log(level: line.level, "\(line.text)")
        }
    }
}
