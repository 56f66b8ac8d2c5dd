internal import BPF
internal import Metrics

/// Programs that do nothing but count into one per-CPU array, which is one metric.
final class CounterProbe {
    /// What makes one such probe differ from another.
    struct Plan {
        /// The object.
        let embedded: EmbeddedObject
        /// The programs to run; others of the object are not loaded.
        let programs: [String]
        /// The programs not to load.
        let unused: [String]
        /// The per-CPU array.
        let array: String
        /// The metric.
        let metric: CataloguedMetric
        /// Its series.
        let series: [CounterSeries]
        /// The maps to share with what follows connections.
        let shared: [String]
    }

    /// The object, for its losses.
    let object: Object
    /// The programs that run.
    let programs: [String]
    private let attached: [AttachedProgram]
    private let counters: PerCPUArray
    private let metric: CataloguedMetric
    private let series: [CounterSeries]

    /// Loads and attaches what `plan` says, for one network namespace.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ plan: Plan, namespace: UInt32, following probe: ConnectionProbe) throws(BPFError) {
        let object = try probe.features.object(plan.embedded)
        for program in plan.unused {
            try object.setAutoload(program, false)
        }
        try object.setConstant("observed_netns", to: namespace)
        for map in plan.shared {
            try object.share(map, with: probe.object)
        }
        try object.load()
        counters = try object.perCPUArray(plan.array)
        attached = try AttachedProgram.attach(plan.programs, of: object)
        programs = plan.programs
        metric = plan.metric
        series = plan.series
        self.object = object
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
