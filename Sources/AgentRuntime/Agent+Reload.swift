internal import CommandSupport
import Logging
import Pipeline
import Resource
import Settings

extension Agent {
    /// Reads the settings again and follows them. Settings that can't be followed are refused, and everything stays.
    ///
    /// - Returns: Whether anything changed.
    func reload() async -> Bool {
        do throws(Failure) {
            let new = try source.settings()
            guard new != settings else {
                logger.notice("SIGHUP: the configuration is what it was")
                return false
            }
            try await follow(new)
            return true
        } catch {
            for line in error.message.split(separator: "\n") {
                logger.error("SIGHUP: \(line)")
            }
            logger.error("SIGHUP: the configuration was refused and stays what it was")
            return false
        }
    }

    /// Replaces everything that runs by what `new` wants.
    ///
    /// All that can fail comes first, besides what runs. Then the new set takes its place, and the old one ends.
    ///
    /// - Throws: ``Failure`` when something can't be had; then what ran still runs, unchanged.
    private func follow(_ new: RunSettings) async throws(Failure) {
        let identity = identity.following(source.machine, new.resource) ?? identity
        // The programs hold the counters, so they stay unless other probes are wanted or another service counts.
        let isAnother = !identity.resource.isSameService(as: self.identity.resource)
        let needsPrograms = new.activeProbes != settings.activeProbes || isAnother
        try abilities.expect(from: settings, to: new, loadsPrograms: needsPrograms && new.activeProbes != nil)
        let parts = try await prepareParts(new)
        var report: ProbeReport?
        if needsPrograms {
            do throws(Failure) {
                let process = isAnother ? ProcessMetrics(start: surroundings.now(), isAnew: true) : nil
                // The last step that can fail; it replaces the old programs at once.
                report = try await loadProbes(new.activeProbes, process: process)
            } catch {
                await discard(parts)
                throw error
            }
        }
        log(from: new.logLevel)
        await start(parts)
        await become(identity)
        await reader.replace(schedule: new.schedule)
        health.follow(interval: new.interval, exportLimit: new.timeout ?? .zero)
        new.logWarnings()
        logger.notice("SIGHUP: the configuration has changed")
        if report != nil, !new.isDisabled {
            logger.notice("the programs were loaded anew: counters begin at zero, with a new start time")
        }
        logStart(report)
    }
}

extension RunSettings {
    /// When to collect and export.
    var schedule: RoundSchedule { RoundSchedule(interval: interval, timeout: timeout) }
}
