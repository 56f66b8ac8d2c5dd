internal import BPF
internal import Readings

/// Attached programs that only count into one per-CPU array.
final class CounterProbe {
    /// What is counted.
    let counter: Counter
    private let agent: AgentObject
    private let attached: [AttachedProgram]
    private let counters: PerCPUArray
    private let layout: KernelLayout

    /// Attaches `programs` of a loaded object.
    ///
    /// They are those of `plan`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ plan: CounterPlan, _ programs: [String], of agent: AgentObject) throws(BPFError) {
        self.agent = agent
        counters = try agent.object.perCPUArray(plan.array)
        attached = try AttachedProgram.attach(programs, of: agent)
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
