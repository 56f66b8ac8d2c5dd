internal import CommandSupport
import Logging
import Metrics
import Observations
import Pipeline
import Probes
import Resource
import Settings

/// What probes say of themselves once they are loaded.
struct ProbeReport: Sendable {
    /// The programs that run.
    var programs: [String] = []
    /// What this kernel can't give.
    var limitations: [String] = []
}

extension Agent {
    /// Reads the settings again and follows them; those that can't be followed are refused, and the old ones stay.
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

    /// Goes over to `new` settings, or back to the present ones if that fails.
    private func follow(_ new: RunSettings) async throws(Failure) {
        let old = settings
        var report: ProbeReport?
        let identity = identity.following(source.machine, new.resource) ?? identity
        do throws(Failure) {
            try await setUpExporters(new)
            try await setUpListeners(new)
            // The programs hold what was counted, so they stay unless something else is to be observed, or by another.
            let isAnother = !identity.resource.isSameService(as: self.identity.resource)
            if new.activeProbes != old.activeProbes || isAnother {
                let process = isAnother ? ProcessMetrics(start: .now, isAnew: true) : nil
                report = try await loadProbes(new.activeProbes, process: process)
            }
        } catch {
            try await setUpExporters(old)
            try await setUpListeners(old)
            throw error
        }
        settings = new
        await become(identity)
        logger = Logger.standardError(new.logLevel)
        log = RoundLog(logger: logger)
        scrapeLog = RoundLog(logger: logger)
        health.follow(interval: new.interval, exportLimit: new.timeout ?? .zero)
        new.logWarnings()
        logger.notice("SIGHUP: the configuration has changed")
        if report != nil, !new.isDisabled {
            logger.notice("the programs were loaded anew: counters begin at zero, with a new start time")
        }
        logStart(report)
    }

    /// Makes the exporters those of `settings`: one that is wanted as it is stays, with its connection and its queue.
    func setUpExporters(_ settings: RunSettings) async throws(Failure) {
        let plans = settings.exporterPlans
        // What goes, goes first: it may hold what its successor needs, as a port.
        for (plan, exporter) in exporters where !plans.contains(plan) {
            await end(exporter, hasSuccessor: plans.contains { $0.hasReceiver(of: plan) })
            exporters[plan] = nil
        }
        for plan in plans where exporters[plan] == nil {
            exporters[plan] = try plan.exporter()
        }
        await reader.replace(exporters: plans.compactMap { exporters[$0] })
    }

    /// Ends `exporter`; what waits in it is tried once more, and what is lost is told.
    ///
    /// Without a successor its receiver is told that nobody counts for it any more.
    private func end(_ exporter: any MetricExporter, hasSuccessor: Bool) async {
        let points = hasSuccessor ? [] : await reader.lastPoints(for: exporter)
        let outcome = await Self.last([exporter]) { await exporter.export(points, isLast: true) }
        await exporter.shutdown()
        if let outcome, outcome.droppedPoints > 0, let message = outcome.message {
            logger.error("\(message)")
        }
    }

    /// Loads the programs for `options` in place of those that run.
    ///
    /// - Parameters:
    ///   - options: What to observe; nil for nothing.
    ///   - newProcess: What counts the process' own cost from now on; nil is what did so far.
    /// - Returns: What can be had of it.
    /// - Throws: ``Failure`` when the kernel refuses; then those that run go on.
    func loadProbes(
        _ options: TCPProbes.Options?,
        process newProcess: ProcessMetrics? = nil
    ) async throws(Failure) -> ProbeReport {
        let process = newProcess ?? process
        let report = try await load(options, process)
        self.process = process
        return report
    }

    private func load(_ options: TCPProbes.Options?, _ process: ProcessMetrics) async throws(Failure) -> ProbeReport {
        guard let options else {
            return await reader.replaceProducers { _ in (MetricProducers(), ProbeReport()) }
        }
        do {
            return try await reader.replaceProducers { [sdk] start in
                let probes = try TCPProbes(options, start: start)
                let observation = Observation(of: probes, limit: options.cardinalityLimit)
                return (
                    MetricProducers(
                        machine: [MachineMetrics(of: observation)],
                        agent: [sdk, process, UpkeepMetrics(of: observation)]
                    ),
                    ProbeReport(programs: probes.programs, limitations: probes.limitations.map(\.description))
                )
            }
        } catch {
            throw Failure("\(error)")
        }
    }

    /// Says what the agent does; of the programs only if there is a `report` of new ones.
    func logStart(_ report: ProbeReport?) {
        if let yaml = try? settings.yaml(isOnOneLine: true) {
            let source = settings.file ?? "the environment"
            logger.info("configuration from \(source) and options: \(yaml.filter { !$0.isNewline })")
        }
        guard !settings.isDisabled else {
            let setting = settings.file == nil ? "OTEL_SDK_DISABLED" : "disabled"
            logger.notice("disabled by its configuration (\(setting)): nothing is observed, nothing exported")
            return
        }
        let resource = identity.resource.attributes
        let kernel = resource["os.version"].map { " \($0)" } ?? ""
        let name = ["service.name", "host.name"].compactMap { resource[$0]?.description }.joined(separator: " on ")
        let programs = report.map { ": programs \($0.programs.joined(separator: ", "))" } ?? ""
        let destinations = settings.exporterPlans.map(\.destination).joined(separator: ", ")
        logger.info(
            """
            tcplens \(Program.version) on Linux\(kernel) as \(name)\(programs); every \(settings.interval) to \
            \(destinations.isEmpty ? "nowhere" : destinations)
            """
        )
        for limitation in report?.limitations ?? [] {
            logger.notice("\(limitation)")
        }
    }
}
