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
    private let log: RoundLog

    /// Loads the programs and sets up the exporters.
    ///
    /// - Throws: ``Failure`` when one of them can't be had.
    init(settings: RunSettings, resource: Metrics.Resource, logger: Logger) throws(Failure) {
        // A Collector that goes away while we write to it must be an error of that export, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        interval = settings.interval
        self.logger = logger
        log = RoundLog(logger: logger)
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

    /// Collects and exports on time until a signal of `signals`, and once more then.
    func run(until signals: UnixSignalsSequence) async {
        let firstSignal = Self.first(of: signals)
        let ended = await withTaskGroup(of: End.self) { group in
            group.addTask { await collectPeriodically() }
            group.addTask {
                let signal = await firstSignal.first { _ in true }
                guard let signal else { return .told }
                logger.info("\(signal): a last collection, then the end")
                return .told
            }
            let ended = await group.next()
            group.cancelAll()
            return ended
        }
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

    /// The first of `signals`; from then on the process ends whatever it is doing, at the second signal or when the last
    /// export takes longer than it may.
    ///
    /// A write to a terminal that was stopped, or to a pipe that nobody reads, can't be cancelled.
    private static func first(of signals: UnixSignalsSequence) -> AsyncStream<UnixSignal> {
        let (stream, continuation) = AsyncStream<UnixSignal>.makeStream()
        Task.detached {
            var isFirst = true
            for await signal in signals {
                guard isFirst else { Glibc.exit(Failure.failed) }
                isFirst = false
                continuation.yield(signal)
                Task.detached {
                    try? await Task.sleep(for: lastExportLimit + .seconds(1))
                    Glibc.exit(Failure.failed)
                }
            }
        }
        return stream
    }

    private func collectPeriodically() async -> End {
        let clock = ContinuousClock()
        var next = clock.now
        var isFirst = true
        while !Task.isCancelled {
            let round = await reader.round()
            guard !Task.isCancelled else { return .told }
            guard !round.outcomes.contains(where: { $0.failure == .closed }) else { return .unread }
            log.note(round)
            if isFirst {
                CStartupPages_release()
                isFirst = false
            }
            // A round that took longer than an interval skips the times it missed rather than run after them.
            next = max(next.advanced(by: interval), clock.now)
            try? await clock.sleep(until: next)
        }
        return .told
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
