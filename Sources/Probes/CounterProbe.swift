internal import BPF
internal import Readings

/// Programs that do nothing but count into one per-CPU array.
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
        /// What is counted.
        let counter: Counter
        /// Where that stands in the array.
        let layout: KernelLayout
        /// The maps to share with what follows connections.
        let shared: [String]
    }

    /// The object, for its losses.
    let object: Object
    /// The programs that run.
    let programs: [String]
    private let attached: [AttachedProgram]
    private let counters: PerCPUArray
    /// What is counted.
    let counter: Counter
    private let layout: KernelLayout

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
        counter = plan.counter
        layout = plan.layout
        self.object = object
    }

    /// The table of ``counter``.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func table() throws(BPFError) -> [UInt64] {
        layout.table(try counters.sums())
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
