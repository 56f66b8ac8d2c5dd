import CommandSupport
import Logging
import Pipeline
import Settings
import System

/// What the service manager knows of the agent, so that it gets only what is new.
struct ServiceReport {
    private let manager: ServiceManager
    /// Where to log that the manager can't be reached.
    var logger: Logger
    private var isReady = false
    private var hasFailed = false
    private var status = ""
    /// What is wrong with exports or collections.
    private var trouble: String?
    /// Why the last `SIGHUP` changed nothing.
    private var refusal: String?

    /// Creates the report of an agent that begins to start.
    init(to manager: ServiceManager, logger: Logger) {
        (self.manager, self.logger) = (manager, logger)
        for warning in manager.warnings {
            logger.warning("\(warning)")
        }
        update(status: "loading programs into the kernel")
    }

    /// The time between two signs of life; nil if none are expected.
    ///
    /// It is half of the limit, by the advice of `sd_watchdog_enabled(3)`.
    var signInterval: Duration? { manager.watchdogLimit.map { $0 / 2 } }

    /// Records a round.
    ///
    /// The agent is ready when `/readyz` first says so, which is after the first good collection. That does not wait
    /// for the receiver: while the Collector can't be reached, nothing is lost, and services that are ordered after
    /// this one need not wait for it.
    mutating func note(_ round: PeriodicReader.Round, _ settings: RunSettings, isReady: Bool) {
        trouble = round.failures.first ?? round.outcomes.lazy.compactMap(\.trouble).first
        if isReady, !self.isReady {
            self.isReady = true
            send([.ready, .status(changed(to: text(settings)))])
        } else {
            update(status: text(settings))
        }
    }

    /// Records that the configuration is read again.
    ///
    /// Before the agent is ready, the end of a reload would count as the end of the start.
    mutating func reloading() {
        guard isReady else { return }
        send([.reloading(microseconds: MonotonicTime.microseconds), .status("reading the configuration again")])
    }

    /// Records that the configuration was read again, and why it was refused if it was.
    mutating func reloaded(_ settings: RunSettings, refusal: String? = nil) {
        self.refusal = refusal?.split(whereSeparator: \.isNewline).first.map(String.init)
        guard isReady else { return }
        send([.ready, .status(changed(to: text(settings)))])
    }

    /// Records that the last export begins, which may take as long as `limit`.
    ///
    /// The manager kills a service that takes longer than its own timeout. So this asks for the time that is needed,
    /// and is a sign of life, in case the watchdog is shorter.
    mutating func stopping(within limit: Duration) {
        let text = "collecting and exporting once more"
        send([.stopping, .status(text), .extendTimeout(limit + .seconds(2)), .alive])
    }

    /// Gives a sign of life if the agent is well.
    ///
    /// Otherwise there is none, and the reason is reported.
    mutating func giveSign(_ health: Health.Verdict) {
        guard !health.isGood else { return send([.alive]) }
        let reason = health.text.split(whereSeparator: \.isNewline).first ?? ""
        update(status: "no sign of life for the watchdog: \(reason)")
        logger.error("the service manager gets no sign of life, and may end this process: \(reason)")
    }

    private func text(_ settings: RunSettings) -> String {
        let destinations = settings.exporterPlans.map(\.destination).joined(separator: ", ")
        let work =
            settings.isDisabled
            ? "disabled by its configuration"
            : "every \(settings.interval.text) to \(destinations.isEmpty ? "nowhere" : destinations)"
        let reload = refusal.map { "the new configuration was refused: \($0)" }
        return ([work] + [trouble, reload].compactMap(\.self)).joined(separator: "; ")
    }

    private mutating func update(status: String) {
        guard status != self.status else { return }
        send([.status(changed(to: status))])
    }

    private mutating func changed(to status: String) -> String {
        self.status = status
        return status
    }

    private mutating func send(_ state: [ServiceState]) {
        do throws(SystemError) {
            try manager.send(state)
            hasFailed = false
        } catch {
            // A manager that has gone does not come back, so this is logged once.
            guard !hasFailed else { return }
            hasFailed = true
            logger.warning("the service manager could not be notified: \(error)")
        }
    }
}

extension ExportOutcome {
    /// Why not everything arrived; nil if it did, or if the answer is still to come.
    fileprivate var trouble: String? { failure == nil ? nil : message ?? "\(failure ?? .cancelled)" }
}
