import CommandSupport
import ConsoleExport
import Metrics
import OTLPExport
import Observations
import Pipeline
import Probes
import Settings

/// The agent's dependencies: clocks, the kernel, and exporters.
///
/// Tests replace them.
struct AgentSurroundings: Sendable {
    /// Measures intervals and limits.
    var clock: any Clock<Duration> = ContinuousClock()
    /// Reads the wall clock.
    var now: @Sendable () -> Timestamp = { .now }
    /// Loads programs that count from a start time on.
    ///
    /// What they find out later, they say; see ``NoticeLog``. Throws when the kernel refuses.
    var observe:
        @Sendable (
            TCPProbes.Options, _ start: Timestamp, _ loader: any AgentLoader,
            _ say: @escaping @Sendable (String) -> Void
        ) throws -> ObservedMachine = ObservedMachine.load
    /// Creates the exporter of a plan; nil for one that only listens.
    ///
    /// A successor takes over the spool when the exporter that has it ends.
    var exporter: @Sendable (ExporterPlan, _ isSuccessor: Bool) throws(Failure) -> (any MetricExporter)? = {
        plan,
        isSuccessor throws(Failure) in try plan.exporter(isSuccessor: isSuccessor)
    }
}

/// A machine that BPF programs observe.
struct ObservedMachine {
    /// The metrics of the machine.
    var machine: [any MetricProducer] = []
    /// The metrics of the programs themselves: their cost, and what they missed.
    var upkeep: [any MetricProducer] = []
    /// The description of the loaded programs for the log.
    var report = ProbeReport()
    /// Where exporters save what they need to go on; nil if nothing is pinned.
    var exportMemory: ExportMemory?

    /// Lets `loader` load the programs for `options`, whose counters begin at `start`.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    @Sendable static func load(
        _ options: TCPProbes.Options,
        start: Timestamp,
        by loader: any AgentLoader,
        say: @escaping @Sendable (String) -> Void
    ) throws -> ObservedMachine {
        let probes = try TCPProbes(options, start: start, by: loader, say: say)
        let keeper = probes.isPinned ? SeriesKeeper(of: probes, say: say) : nil
        let observation = Observation(
            of: probes,
            limit: options.cardinalityLimit,
            resuming: keeper?.saved,
            keep: keeper.map { keeper in { keeper.save($0) } }
        )
        return ObservedMachine(
            machine: [MachineMetrics(of: observation)],
            upkeep: [UpkeepMetrics(of: observation)],
            report: ProbeReport(
                programs: probes.programs,
                limitations: probes.limitations.map(\.description) + AttributionNotes.lines(options.attribution)
            ),
            exportMemory: probes.exportMemory
        )
    }
}

/// The description of loaded programs for the log.
struct ProbeReport: Sendable {
    /// The programs that run.
    var programs: [String] = []
    /// What can't be measured on this kernel.
    var limitations: [String] = []
}
