package import BPF
internal import CProbes

/// The agent's object in the kernel, with what its loader found out about the kernel.
package struct LoadedAgent {
    /// What another process must know besides the object.
    package struct Facts: Codable, Hashable, Sendable {
        /// What the kernel can do.
        let kernel: KernelFeatures
        /// What keeps sockets from being divided by workloads, if they were to be.
        let attributionLimit: Limitation?
        /// How many processors the kernel has room for.
        let processors: Int
    }

    /// What the loader found out.
    package let facts: Facts
    /// The object.
    package let object: LoadedObject

    /// How it is pinned; nil if it ends with this process.
    package let pinned: Pinned?

    /// Takes what is loaded.
    package init(_ facts: Facts, _ object: LoadedObject, _ pinned: Pinned? = nil) {
        (self.facts, self.object, self.pinned) = (facts, object, pinned)
        PossibleProcessors.adopt(facts.processors)
    }

    /// Loads `bpf/agent.bpf.c` with the programs that `kernel` can run.
    ///
    /// - Parameters:
    ///   - options: What to observe.
    ///   - kernel: What the kernel can do.
    ///   - prepare: Changes the object before it is loaded.
    /// - Throws: ``BPFError`` with the verifier's message when the kernel refuses a program.
    init(
        _ options: AgentObjectOptions,
        kernel: KernelFeatures,
        _ prepare: (borrowing Object) throws(BPFError) -> Void = { _ in }
    ) throws(BPFError) {
        let plan = AgentObjectPlan(options, on: kernel)
        let limit =
            options.workloads == nil ? nil : try AttributionLimits.limitation(follows: plan.programs.follows)
        let object = try kernel.programs.object(.agent)
        try plan.apply(to: object)
        try prepare(object)
        let processors = try PossibleProcessors.count()
        self.init(Facts(kernel: kernel, attributionLimit: limit, processors: processors), try object.load())
    }
}
