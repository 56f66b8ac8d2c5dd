import CommandSupport
import ConsoleExport
import Metrics
import OTLPExport
import Observations
import Pipeline
import Probes
import Settings

/// What the agent takes from outside: clocks, the kernel, and the ways to receivers. Tests have their own.
struct AgentSurroundings: Sendable {
    /// Measures intervals and limits.
    var clock: any Clock<Duration> = ContinuousClock()
    /// Reads the wall clock.
    var now: @Sendable () -> Timestamp = { .now }
    /// Loads programs that count from a start time on; throws when the kernel refuses.
    var observe: @Sendable (TCPProbes.Options, _ start: Timestamp) throws -> ObservedMachine = ObservedMachine.load
    /// Makes the exporter of a plan, nil for one that only listens; a successor gets the spool when the exporter ends that
    /// has it now.
    var exporter: @Sendable (ExporterPlan, _ isSuccessor: Bool) throws(Failure) -> (any MetricExporter)? = {
        plan,
        isSuccessor throws(Failure) in try plan.exporter(isSuccessor: isSuccessor)
    }
}

/// A machine that is observed by programs in its kernel.
struct ObservedMachine {
    /// The metrics of the machine.
    var machine: [any MetricProducer] = []
    /// The metrics of the programs themselves: their cost, and what they missed.
    var upkeep: [any MetricProducer] = []
    /// What to say of the programs.
    var report = ProbeReport()

    /// Loads the programs for `options`, whose counters begin at `start`.
    ///
    /// - Throws: ``ProbeError`` when the kernel refuses.
    @Sendable static func load(_ options: TCPProbes.Options, start: Timestamp) throws -> ObservedMachine {
        let probes = try TCPProbes(options, start: start)
        let observation = Observation(of: probes, limit: options.cardinalityLimit)
        return ObservedMachine(
            machine: [MachineMetrics(of: observation)],
            upkeep: [UpkeepMetrics(of: observation)],
            report: ProbeReport(programs: probes.programs, limitations: probes.limitations.map(\.description))
        )
    }
}

/// What to say of programs once they are loaded.
struct ProbeReport: Sendable {
    /// The programs that run.
    var programs: [String] = []
    /// What this kernel can't do.
    var limitations: [String] = []
}
