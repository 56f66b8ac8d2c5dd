internal import BPF

/// What this kernel has of what the agent's programs can use, asked before any is loaded.
struct KernelFeatures: Equatable {
    /// What it lets programs do.
    var programs: ProgramFeatures
    /// The tracepoints that are missing, of those that some kernels lack.
    var missingTracepoints: Set<String>
    /// Whether `tcp_retransmit_skb` tells of segments that could not be sent, too (from 6.17 on).
    var retransmitTellsErrors: Bool

    /// Creates features, for tests.
    init(programs: ProgramFeatures, missingTracepoints: Set<String> = [], retransmitTellsErrors: Bool = true) {
        self.programs = programs
        self.missingTracepoints = missingTracepoints
        self.retransmitTellsErrors = retransmitTellsErrors
    }

    /// Asks the kernel, without reading its description of its types: that is left to the load, which needs it once.
    ///
    /// - Throws: ``BPFError`` when there is no such description, or the kernel takes no programs at all.
    init() throws(BPFError) {
        if !KernelBTF.isAvailable { _ = try KernelBTF() }
        programs = try ProgramFeatures()
        var missing: Set<String> = []
        for name in AgentPrograms.tracepoints where try !Tracepoint.exists(name) { missing.insert(name) }
        missingTracepoints = missing
        retransmitTellsErrors = try Tracepoint.has(arguments: 3, "tcp_retransmit_skb")
    }
}
