internal import CommandSupport
internal import OTLPExport
internal import Pipeline
import Synchronization
import System

/// Holds the health of the agent.
///
/// The loop updates it, and servers read it.
final class HealthMonitor: Sendable {
    private let health: Mutex<Health>
    private let clock: ErasedClock

    /// Creates the health of an agent that begins its loop now.
    init(interval: Duration, exportLimit: Duration, clock: some Clock<Duration>) {
        self.clock = ErasedClock(clock)
        health = Mutex(Health(interval: interval, exportLimit: exportLimit, now: .zero))
    }

    /// Records a turn of the loop that has just ended.
    func note(_ round: PeriodicReader.Round) {
        health.withLock { $0.note(round, at: now) }
    }

    /// Continues with other settings.
    func follow(interval: Duration, exportLimit: Duration) {
        health.withLock { ($0.interval, $0.exportLimit) = (interval, exportLimit) }
    }

    /// Whether the loop runs.
    var liveness: Health.Verdict {
        health.withLock { $0.liveness(at: now) }
    }

    /// Whether the agent does its job.
    var readiness: Health.Verdict {
        health.withLock { $0.readiness(at: now) }
    }

    private var now: Duration { clock.now() }
}
