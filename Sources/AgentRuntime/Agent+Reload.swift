internal import CommandSupport
import Logging
import Pipeline
import Probes
import Resource
import Settings

extension Agent {
    /// Reads the settings again and applies them.
    ///
    /// Settings that can't be applied are refused, and nothing changes.
    ///
    /// - Returns: Whether anything changed.
    func reload() async -> Bool {
        report?.reloading()
        do throws(Failure) {
            let new = try source.settings()
            guard new != settings else {
                logger.notice("SIGHUP: the configuration has not changed")
                report?.reloaded(settings)
                return false
            }
            try await follow(new)
            report?.reloaded(settings)
            return true
        } catch {
            for line in error.message.split(separator: "\n") {
                logger.error("SIGHUP: \(line)")
            }
            logger.error("SIGHUP: the configuration was refused; the old one stays in effect")
            report?.reloaded(settings, refusal: error.message)
            return false
        }
    }

    /// Replaces all running parts that differ in `new`.
    ///
    /// Everything that can fail comes first, next to the running parts. Then the new set takes over, and the old one
    /// ends.
    ///
    /// - Throws: ``Failure`` when a part can't be created. Then the old set keeps running unchanged.
    private func follow(_ new: RunSettings) async throws(Failure) {
        let identity = identity.following(source.machine, new.resource) ?? identity
        // The programs hold the counters, so they stay unless other probes are required or the service identity
        // changes.
        let isAnother = !identity.resource.isSameService(as: self.identity.resource)
        let needsPrograms = new.activeProbes != settings.activeProbes || isAnother
        try abilities.expect(from: settings, to: new, loadsPrograms: needsPrograms && new.activeProbes != nil)
        let parts = try await prepareParts(new)
        var report: ProbeReport?
        if needsPrograms {
            await exportCounted()
            do throws(Failure) {
                let process = isAnother ? ProcessMetrics(start: surroundings.now(), isAnew: true) : nil
                // The last step that can fail. It replaces the old programs at once.
                var probes = new.activeProbes
                probes?.startsAnew = true
                report = try await loadProbes(probes, as: identity, process: process)
            } catch {
                await discard(parts)
                throw error
            }
        }
        log(from: new.logLevel)
        await start(parts)
        await become(identity)
        await reader.replace(schedule: new.schedule(as: identity))
        health.follow(interval: new.interval, exportLimit: new.timeout ?? .zero)
        new.logWarnings()
        logger.notice("SIGHUP: the configuration has changed")
        if report != nil, !new.isDisabled {
            logger.notice("the programs were loaded again: counters start at zero, with a new start time")
        }
        logStart(report)
    }
}

extension RunSettings {
    /// When to collect and export as `identity`.
    ///
    /// Only what is sent to a receiver has a place in the interval, because many agents may send to one.
    func schedule(as identity: AgentIdentity) -> RoundSchedule {
        var schedule = RoundSchedule(interval: interval, timeout: timeout)
        if exporterPlans.contains(where: \.sends) {
            schedule.place = RoundSchedule.place(of: identity.resource.instanceID ?? "")
        }
        return schedule
    }
}

extension ExporterPlan {
    /// Whether it sends to a receiver.
    fileprivate var sends: Bool {
        if case .otlp = self { true } else { false }
    }
}
