internal import BPF
internal import Readings

/// Programs that do nothing but count into one per-CPU array.
final class CounterProbe {
    /// What makes one such probe differ from another.
    struct Plan {
        /// The programs; none where this kernel can't run them.
        let programs: [String]
        /// The per-CPU array.
        let array: String
        /// What is counted.
        let counter: Counter
        /// Where that stands in the array.
        let layout: KernelLayout
    }

    private let agent: AgentObject
    /// The programs that run.
    let programs: [String]
    private let attached: [AttachedProgram]
    private let counters: PerCPUArray
    /// What is counted.
    let counter: Counter
    private let layout: KernelLayout

    /// Attaches what `plan` says.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ plan: Plan, of agent: AgentObject) throws(BPFError) {
        self.agent = agent
        counters = try agent.object.perCPUArray(plan.array)
        attached = try AttachedProgram.attach(plan.programs, of: agent.object)
        programs = plan.programs
        counter = plan.counter
        layout = plan.layout
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
