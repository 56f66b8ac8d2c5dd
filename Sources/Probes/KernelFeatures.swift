internal import BPF

/// The kernel features that the agent's programs may use, probed before any program is loaded.
struct KernelFeatures: Codable, Hashable, Sendable {
    /// What the kernel lets programs do.
    var programs: ProgramFeatures
    /// The missing tracepoints, among those that some kernels lack.
    var missingTracepoints: Set<String>
    /// Whether `tcp_retransmit_skb` also reports segments that could not be sent (since 6.17).
    var retransmitTellsErrors: Bool

    /// Creates features, for tests.
    init(programs: ProgramFeatures, missingTracepoints: Set<String> = [], retransmitTellsErrors: Bool = true) {
        self.programs = programs
        self.missingTracepoints = missingTracepoints
        self.retransmitTellsErrors = retransmitTellsErrors
    }

    /// Probes the kernel.
    ///
    /// It does not read the kernel's type information (BTF): the load does that, and it should be read once.
    ///
    /// - Throws: ``BPFError`` when there is no BTF, or the kernel accepts no programs at all.
    init() throws(BPFError) {
        if !KernelBTF.isAvailable { _ = try KernelBTF() }
        programs = try ProgramFeatures()
        var missing: Set<String> = []
        for name in AgentPrograms.tracepoints where try !Tracepoint.exists(name) { missing.insert(name) }
        missingTracepoints = missing
        retransmitTellsErrors = try Tracepoint.has(arguments: 3, "tcp_retransmit_skb")
    }
}
