import CStartupPages
import Export
import Glibc
import Logging
import Metrics
import Probes
import Resource
import UnixSignals

/// The agent: probes on one side, exporters on the other, and the loop between them.
struct Agent {
    /// How long the last export may take after a signal to stop.
    private static let lastExportLimit = Duration.seconds(5)

    private let reader: PeriodicReader
    private let interval: Duration
    private let logger: Logger

    /// Loads the programs and sets up the exporters.
    ///
    /// - Throws: ``Failure`` when one of them can't be had.
    init(settings: RunSettings, resource: Metrics.Resource, logger: Logger) throws(Failure) {
        // A Collector that goes away while we write to it must be an error of that export, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        interval = settings.interval
        self.logger = logger
        let probes = try Self.probes(settings.probes)
        let programs = probes.programs.joined(separator: ", ")
        let limitations = probes.limitations
        reader = PeriodicReader(
            producers: [probes],
            exporters: try Self.exporters(settings),
            resource: resource,
            scope: Scope(name: Program.name, version: Program.version, schemaURL: Program.schemaURL),
            now: { Timestamp.now }
        )
        let kernel = resource.attributes["os.version"].map { " \($0)" } ?? ""
        let destinations = settings.exporters.map { kind in
            kind == .otlp ? "\(settings.otlp.endpoint)" : kind.rawValue
        }
        logger.info(
            """
            tcplens \(Program.version) on Linux\(kernel) as \(Self.name(of: resource)): programs \
            \(programs); every \(settings.interval) to \(destinations.isEmpty ? "nowhere" : destinations.joined(separator: ", "))
            """
        )
        for limitation in limitations {
            logger.notice("\(limitation)")
        }
    }

    /// Collects and exports once.
    ///
    /// - Throws: ``Failure`` when anything was not collected or not accepted.
    func runOnce() async throws(Failure) {
        let round = await reader.round()
        if let failure = round.failures.first {
            throw Failure(failure)
        }
        for outcome in round.outcomes where !outcome.isSuccess {
            throw Failure(outcome.message ?? "the export failed")
        }
    }

    /// Collects and exports on time until SIGTERM or SIGINT, and once more then.
    func run() async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        await withTaskGroup(of: UnixSignal?.self) { group in
            group.addTask {
                await collectPeriodically()
                return nil
            }
            group.addTask {
                await signals.first { _ in true }
            }
            if case .some(.some(let signal)) = await group.next() {
                logger.info("\(signal): a last collection and export, then the end")
            }
            group.cancelAll()
        }
        await collectLast()
    }

    private func collectPeriodically() async {
        let clock = ContinuousClock()
        var log = RoundLog(logger: logger)
        var next = clock.now
        var isFirst = true
        while !Task.isCancelled {
            let round = await reader.round()
            guard !Task.isCancelled else { return }
            log.note(round)
            if isFirst {
                CStartupPages_release()
                isFirst = false
            }
            // A round that took longer than an interval skips the times it missed rather than run after them.
            next = max(next.advanced(by: interval), clock.now)
            try? await clock.sleep(until: next)
        }
    }

    private func collectLast() async {
        let round = await withTaskGroup(of: PeriodicReader.Round?.self) { group in
            group.addTask { await reader.round(isLast: true) }
            group.addTask {
                try? await Task.sleep(for: Self.lastExportLimit)
                await reader.shutdown()
                return nil
            }
            let round = await group.first { $0 != nil } ?? nil
            group.cancelAll()
            return round
        }
        var log = RoundLog(logger: logger)
        if let round {
            log.note(round)
        }
    }

    private static func probes(_ options: TCPProbes.Options) throws(Failure) -> sending TCPProbes {
        do {
            return try TCPProbes(options, start: .now)
        } catch {
            throw Failure("\(error)")
        }
    }

    private static func exporters(_ settings: RunSettings) throws(Failure) -> [any MetricExporter] {
        do {
            return try settings.exporters.map { kind in
                switch kind {
                case .otlp: try OTLPHTTPExporter(settings.otlp, version: Program.version)
                case .console, .none: ConsoleExporter(write: StandardStream.output.write)
                }
            }
        } catch {
            throw Failure("\(error)")
        }
    }

    private static func name(of resource: Metrics.Resource) -> String {
        ["service.name", "host.name"].compactMap { resource.attributes[$0]?.description }.joined(separator: " on ")
    }
}
