internal import CPlatform
package import CommandSupport
import Glibc
import Logging
import Metrics
import OTLPExport
import Pipeline
import Probes
import Resource
package import Settings
package import UnixSignals

/// The agent: probes on one side, exporters on the other, and the loop between them.
package actor Agent {
    /// How long the last export may take after a signal to stop.
    private static let lastExportLimit = Duration.seconds(5)

    let source: SettingsSource
    let reader: PeriodicReader
    /// What the agent counts of its own doings, whatever its settings are.
    let sdk: SDKMetrics
    var process: ProcessMetrics
    let health: HealthMonitor
    var settings: RunSettings
    var identity: AgentIdentity
    var logger: Logger
    var log: RoundLog
    var scrapeLog: RoundLog
    /// What runs now; what is wanted stands in the settings.
    var exporters: [ExporterPlan: any MetricExporter] = [:]
    /// The servers that run now.
    var listeners: [ListenerPlan: Listener] = [:]

    /// Loads the programs and sets up the exporters.
    ///
    /// - Parameters:
    ///   - source: Where the settings are to be read again.
    ///   - settings: What was read there.
    /// - Throws: ``Failure`` when one of them can't be had.
    package init(_ source: SettingsSource, settings: RunSettings) async throws(Failure) {
        // A Collector that goes away while we write to it must be an error of that export, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        self.source = source
        self.settings = settings
        logger = Logger.standardError(settings.logLevel)
        log = RoundLog(logger: logger)
        scrapeLog = RoundLog(logger: logger)
        let start = Timestamp.now
        sdk = SDKMetrics(start: start)
        process = ProcessMetrics(start: start)
        identity = AgentIdentity(of: source.machine, settings.resource, isSingle: source.options.once)
        health = HealthMonitor(interval: settings.interval, exportLimit: settings.timeout ?? .zero)
        reader = PeriodicReader(
            producers: MetricProducers(),
            exporters: [],
            resource: identity.resource,
            agentResource: identity.agentResource,
            scope: Scope(name: Program.name, version: Program.version, schemaURL: Program.schemaURL),
            sdk: sdk,
            now: { Timestamp.now }
        )
        settings.logWarnings()
        logWarning(of: identity)
        let report: ProbeReport
        do throws(Failure) {
            report = try await loadProbes(settings.activeProbes)
        } catch {
            throw Failure("\(error.message). 'tcplens doctor' says what is missing")
        }
        try await setUpExporters(settings)
        logStart(report)
    }

    /// Collects and exports once.
    ///
    /// - Throws: ``Failure`` when anything was not collected or not accepted.
    package func runOnce() async throws(Failure) {
        try settings.expectSender()
        let round = await round()
        if let failure = round.failures.first {
            throw Failure(failure)
        }
        for outcome in round.outcomes where !outcome.isSuccess {
            let reason = outcome.message ?? "the export is not done"
            guard let spool = settings.otlp.spool, outcome.queuedPoints > 0 else { throw Failure(reason) }
            throw Failure("\(reason). \(outcome.queuedPoints) data points wait in the spool \(spool)")
        }
    }

    /// Collects and exports on time until a signal of `signals` to stop, and once more then.
    ///
    /// - Throws: ``Failure`` when it can't listen where it is to.
    package func run(until signals: UnixSignalsSequence) async throws(Failure) {
        try await setUpListeners(settings)
        let listener = SignalListener(signals, limit: Self.lastExportLimit + .seconds(1))
        let ended = await withTaskGroup(of: End.self) { group in
            group.addTask { await self.collectPeriodically(listener.reload) }
            group.addTask {
                if let signal = await listener.stop.first(where: { _ in true }) {
                    await self.logger.info("\(signal): a last collection, then the end")
                }
                return .told
            }
            let ended = await group.next()
            group.cancelAll()
            return ended
        }
        await endListeners()
        guard ended == .told else { return }
        await collectLast()
    }

    /// Why the loop ended.
    private enum End {
        /// A signal said so.
        case told
        /// Nobody reads any more what it prints.
        case unread
    }

    private func collectPeriodically(_ reload: ReloadRequest) async -> End {
        let clock = ContinuousClock()
        var next = clock.now
        var isFirst = true
        while !Task.isCancelled {
            await followIdentity()
            let round = await round()
            guard !Task.isCancelled else { return .told }
            guard !round.outcomes.contains(where: { $0.failure == .closed }) else { return .unread }
            log.note(round)
            health.note(round)
            if isFirst {
                CPlatform_releaseStartupPages()
                isFirst = false
            }
            // A round that took longer than an interval skips the times it missed rather than run after them.
            next = max(next.advanced(by: settings.interval), clock.now)
            while await reload.isMade(by: next, on: clock) {
                // What is new shows at once, whatever the interval was.
                if await self.reload() {
                    next = clock.now
                }
            }
        }
        return .told
    }

    /// Collects and exports within the limit of the settings; an export that takes longer is cut short.
    private func round() async -> PeriodicReader.Round {
        guard let limit = settings.timeout else { return await reader.round() }
        return await withTaskGroup(of: PeriodicReader.Round?.self) { [reader] group in
            group.addTask { await reader.round() }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            let isLate = first == nil && !Task.isCancelled
            group.cancelAll()
            var round = first ?? PeriodicReader.Round()
            for await late in group {
                round = late ?? round
            }
            if isLate {
                round.failures.append(
                    "collecting and exporting took longer than \(limit) and was cut short (OTEL_METRIC_EXPORT_TIMEOUT)"
                )
            }
            return round
        }
    }

    private func collectLast() async {
        let round = await Self.last(Array(exporters.values)) { [reader] in await reader.round(isLast: true) }
        if let round {
            log.note(round, isLast: true)
        }
    }

    /// What `work` gives, the last that `exporters` do: they are shut down when it takes too long.
    static func last<Result: Sendable>(
        _ exporters: [any MetricExporter],
        _ work: @escaping @Sendable () async -> Result
    ) async -> Result? {
        await withTaskGroup(of: Result?.self) { group in
            group.addTask { await work() }
            group.addTask {
                try? await Task.sleep(for: lastExportLimit)
                for exporter in exporters {
                    await exporter.shutdown()
                }
                return nil
            }
            let result = await group.first { $0 != nil } ?? nil
            group.cancelAll()
            return result
        }
    }
}
