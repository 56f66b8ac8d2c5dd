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

    /// Takes what another process has loaded.
    package init(_ facts: Facts, _ object: LoadedObject) {
        (self.facts, self.object) = (facts, object)
        PossibleProcessors.adopt(facts.processors)
    }

    /// Loads `bpf/agent.bpf.c` with the programs that `kernel` can run.
    ///
    /// - Throws: ``BPFError`` with the verifier's message when the kernel refuses a program.
    init(_ options: AgentObjectOptions, kernel: KernelFeatures) throws(BPFError) {
        let plan = AgentObjectPlan(options, on: kernel)
        let limit =
            options.workloads == nil ? nil : try AttributionLimits.limitation(follows: plan.programs.follows)
        let object = try kernel.programs.object(.agent)
        try plan.apply(to: object)
        let processors = try PossibleProcessors.count()
        self.init(Facts(kernel: kernel, attributionLimit: limit, processors: processors), try object.load())
    }
}
