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
import System
package import UnixSignals

/// The agent: probes, exporters, and the loop that moves metrics from one to the other.
///
/// The process is confined first (``confine(_:)``). Then the agent is prepared (``init(_:settings:_:)``), and serves
/// (``serve(until:)``). Whatever needs more privileges than are left goes through ``Abilities``.
package actor Agent {
    /// How long the last export may take after a signal to stop.
    static let lastExportLimit = Duration.seconds(5)

    let source: SettingsSource
    let surroundings: AgentSurroundings
    let reader: PeriodicReader
    /// What the agent measures about its own work, whatever its settings are.
    let sdk: SDKMetrics
    var process: ProcessMetrics
    let health: HealthMonitor
    var identity: AgentIdentity
    var logger: Logger
    var log: RoundLog
    var scrapeLog: RoundLog
    let notices: NoticeLog
    /// What the service manager knows; nil if the agent was not started by one.
    var report: ServiceReport?
    /// The running parts.
    var running: Running
    /// Where the reader's state is saved for the next agent; nil if nothing is pinned.
    var exportMemory: ExportMemory?
    /// What it is still able to do.
    private(set) var abilities: Abilities
    /// The parts that start when it serves.
    private var prepared: PreparedParts?

    /// The settings in effect.
    var settings: RunSettings { running.settings }

    /// Prepares the agent: loads and attaches the programs, opens spools, listens.
    ///
    /// - Parameters:
    ///   - source: Where the settings can be read again.
    ///   - settings: The settings that were read from there.
    ///   - abilities: What confinement has left.
    ///   - manager: The service manager that started it; nil if there is no such manager.
    /// - Throws: ``Failure`` when one of these fails.
    package init(
        _ source: SettingsSource,
        settings: RunSettings,
        _ abilities: Abilities,
        manager: ServiceManager? = nil
    ) async throws(Failure) {
        try await self.init(source, settings: settings, abilities, surroundings: AgentSurroundings(), manager: manager)
    }

    /// Prepares an agent with given clocks, kernel and exporters.
    init(
        _ source: SettingsSource,
        settings: RunSettings,
        _ abilities: Abilities = Abilities(),
        surroundings: AgentSurroundings,
        manager: ServiceManager? = nil
    ) async throws(Failure) {
        // A Collector that closes its connection during a write must be an error of that export, not the end of the
        // process.
        signal(SIGPIPE, SIG_IGN)
        var source = source
        source.machine = source.machine.remembering()
        (self.source, self.surroundings, self.abilities) = (source, surroundings, abilities)
        running = Running(settings: settings)
        logger = Logger.standardError(settings.logLevel)
        log = RoundLog(logger: logger)
        scrapeLog = RoundLog(logger: logger)
        notices = NoticeLog(logger: logger)
        let start = surroundings.now()
        sdk = SDKMetrics(start: start)
        process = ProcessMetrics(start: start)
        identity = AgentIdentity(of: source.machine, settings.resource, isSingle: source.options.once)
        health = HealthMonitor(
            interval: settings.interval,
            exportLimit: settings.timeout ?? .zero,
            clock: surroundings.clock
        )
        reader = PeriodicReader(
            producers: MetricProducers(),
            exporters: [],
            resource: identity.resource,
            agentResource: identity.agentResource,
            scope: Scope(name: Program.name, version: Program.version, schemaURL: Program.schemaURL),
            sdk: sdk,
            schedule: settings.schedule(as: identity),
            clock: surroundings.clock,
            now: surroundings.now
        )
        report = manager.map { [logger] in ServiceReport(to: $0, logger: logger) }
        settings.logWarnings()
        logWarning(of: identity)
        for note in abilities.notes { logger.info("\(note)") }
        // What options and settings took, and then what loading took, is not needed again.
        CPlatform_releaseStartupPages()
        let report: ProbeReport
        do throws(Failure) {
            report = try await loadProbes(settings.activeProbes, as: identity)
        } catch {
            throw Failure("\(error.message). 'tcplens doctor' says what is missing")
        }
        CPlatform_releaseStartupPages()
        prepared = try await prepareParts(settings)
        logStart(report)
    }

    /// Collects and exports once.
    ///
    /// - Throws: ``Failure`` when anything was not collected or not accepted.
    package func runOnce() async throws(Failure) {
        try settings.expectSender()
        await startPrepared()
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

    /// Collects and exports on schedule until one of `signals` asks to stop, and then once more.
    ///
    /// - Parameter signals: The signals that it handles.
    package func serve(until signals: UnixSignalsSequence) async {
        let listener = SignalListener(signals, limit: Self.lastExportLimit + .seconds(1))
        await serve(reload: listener.reload) {
            if let signal = await listener.stop.first(where: { _ in true }) {
                await self.logger.info("\(signal): collecting once more, then stopping")
            }
        }
    }

    /// Collects and exports on schedule until `stop` returns, and then once more.
    func serve(reload: ReloadRequest, until stop: @escaping @Sendable () async -> Void) async {
        await startPrepared()
        let watchdog = watchdog()
        defer { watchdog?.cancel() }
        let ended = await withTaskGroup(of: End.self) { group in
            group.addTask { await self.collectPeriodically(reload) }
            group.addTask {
                await stop()
                return .stopped
            }
            let ended = await group.next()
            report?.stopping(within: Self.lastExportLimit)
            group.cancelAll()
            return ended
        }
        await endListeners()
        guard ended == .stopped else { return }
        await collectLast()
    }

    /// Limits what the agent does to `abilities`.
    func keep(_ abilities: Abilities) {
        self.abilities = abilities
    }

    private func startPrepared() async {
        guard let prepared else { return }
        self.prepared = nil
        await start(prepared)
        if let state = exportMemory?.readerState { await reader.resume(state) }
    }

    /// Why the loop ended.
    private enum End {
        /// A signal asked to stop.
        case stopped
        /// Nobody reads its standard output any more.
        case unread
    }

    private func collectPeriodically(_ reload: ReloadRequest) async -> End {
        // Whether anything can be collected is known at once, even if the first export is due later.
        if await reader.timeUntilNextRound > .zero {
            note(await reader.trial())
            await waitForRound(reload)
        }
        var isFirst = true
        while !Task.isCancelled {
            await followIdentity()
            let round = await round()
            guard !Task.isCancelled else { return .stopped }
            guard !round.outcomes.contains(where: { $0.failure == .closed }) else { return .unread }
            note(round)
            if isFirst {
                CPlatform_releaseStartupPages()
                isFirst = false
            }
            await waitForRound(reload)
        }
        return .stopped
    }

    /// Waits until the next round is due, and reloads the settings meanwhile if that is requested.
    private func waitForRound(_ reload: ReloadRequest) async {
        let clock = ErasedClock(surroundings.clock)
        while await reload.isMade(within: reader.timeUntilNextRound, on: clock) {
            // Export with the new settings soon, whatever the interval was.
            if await self.reload() {
                await reader.expedite()
            }
        }
    }

    private func note(_ round: PeriodicReader.Round) {
        log.note(round)
        health.note(round)
        report?.note(round, settings, isReady: health.readiness.isGood)
    }

    /// Exports what the programs have counted, before others take their place.
    ///
    /// What happened since the last export would be in no count otherwise.
    func exportCounted() async {
        guard settings.activeProbes != nil else { return }
        note(await complete(await reader.additionalRound()))
    }

    /// Runs the round that is due.
    private func round() async -> PeriodicReader.Round {
        await complete(await reader.scheduledRound())
    }

    /// Says of a round what it was cut short by, and saves its exports.
    private func complete(_ round: PeriodicReader.Round) async -> PeriodicReader.Round {
        var round = round
        if let limit = round.timeout {
            let setting = RunSetting.timeout.name.text(for: settings)
            round.failures.append("collecting and exporting took longer than \(limit) and was cut short (\(setting))")
        }
        await saveExports()
        return round
    }

    /// Saves what the next agent needs to go on with the same exporters.
    private func saveExports() async {
        do {
            try await exportMemory?.save(reader)
        } catch {
            notices.note("what the next agent needs to go on with exports can't be saved: \(error)")
        }
    }

    private func collectLast() async {
        let round = await last(Array(running.exporters.values)) { [reader] in await reader.round(isLast: true) }
        if let round {
            log.note(round, isLast: true)
        }
        await saveExports()
    }

    /// The result of `work`, which is the last use of `exporters`.
    ///
    /// If it takes too long they are shut down, and it is nil.
    func last<Result: Sendable>(
        _ exporters: [any MetricExporter],
        _ work: @escaping @Sendable () async -> Result
    ) async -> Result? {
        await withTaskGroup(of: Result?.self) { [clock = surroundings.clock] group in
            group.addTask { await work() }
            group.addTask {
                try? await clock.sleep(for: Self.lastExportLimit)
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
