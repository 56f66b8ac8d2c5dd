internal import BPF
internal import Metrics

/// Programs that do nothing but count into one per-CPU array, which is one metric.
final class CounterProbe {
    /// What makes one such probe differ from another.
    struct Plan {
        /// The programs; none where this kernel can't run them.
        let programs: [String]
        /// The per-CPU array.
        let array: String
        /// The metric.
        let metric: CataloguedMetric
        /// Its series.
        let series: [CounterSeries]
    }

    private let agent: AgentObject
    /// The programs that run.
    let programs: [String]
    private let attached: [AttachedProgram]
    private let counters: PerCPUArray
    private let metric: CataloguedMetric
    private let series: [CounterSeries]

    /// Attaches what `plan` says.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ plan: Plan, of agent: AgentObject) throws(BPFError) {
        self.agent = agent
        counters = try agent.object.perCPUArray(plan.array)
        attached = try AttachedProgram.attach(plan.programs, of: agent.object)
        programs = plan.programs
        metric = plan.metric
        series = plan.series
    }

    /// The metric.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func metric(start: Timestamp, time: Timestamp) throws(BPFError) -> Metric {
        let points = series.points(of: try counters.sums(), start: start, time: time)
        return Metric(metric, .sum(points, .cumulative, isMonotonic: true))
    }
}

/// Keeps a link, which can't be copied, in a list.
final class AttachedProgram {
    private let link: Link

    private init(_ link: consuming Link) {
        self.link = link
    }

    /// Attaches programs of a loaded object.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses one of them.
    static func attach(_ programs: [String], of object: borrowing Object) throws(BPFError) -> [AttachedProgram] {
        var attached: [AttachedProgram] = []
        for program in programs {
            attached.append(AttachedProgram(try object.attach(program)))
        }
        return attached
    }
}
