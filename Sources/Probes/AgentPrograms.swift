/// Which programs of the agent's object run on this kernel, and what is lost by those that can't.
///
/// It is decided before anything is loaded, as the kernel takes an object as a whole: what it refuses then is an error, and
/// never a reason to go on with less.
struct AgentPrograms: Equatable {
    /// The program that counts changes of state: the one that follows connections, or one that only counts.
    let transitions: String
    /// The programs of the pass over all sockets: the one that counts, and where connections are followed the one that frees
    /// their slots.
    let pass: [String]
    /// The programs that count retransmits, if any.
    let retransmits: [String]
    /// The programs that count resets, if any.
    let resets: [String]
    /// The programs that measure response times, if any.
    let responseTime: [String]
    /// What this kernel can't give, one line each.
    let limitations: [Limitation]
    /// Whether connections are followed through their lives; otherwise there are transitions and no more.
    let follows: Bool

    /// All of them.
    var all: [String] { pass + [transitions] + retransmits + resets + responseTime }

    /// Chooses the programs for a kernel.
    ///
    /// - Parameters:
    ///   - kernel: What the kernel can do.
    ///   - responseTime: Whether response times were asked for.
    init(for kernel: KernelFeatures, responseTime: Bool) {
        var limitations: [Limitation] = []
        follows = kernel.programs.atomics
        transitions = follows ? "follow_connection" : "count_transition"
        pass = follows ? ["count_and_sample", "forget_ended"] : ["count_connections"]
        if !follows { limitations.append(.noAtomics("no durations, handshakes, RTT and bytes")) }

        /// Gives `programs` if their tracepoints are there.
        func programs(_ programs: [String], on tracepoints: [String], or lost: String) -> [String] {
            guard let missing = tracepoints.first(where: kernel.missingTracepoints.contains) else { return programs }
            limitations.append(.noTracepoint(missing, lost))
            return []
        }
        retransmits = programs(
            [kernel.retransmitTellsErrors ? "on_retransmit" : "on_retransmit_sent", "on_retransmit_synack"],
            on: ["tcp_retransmit_skb", "tcp_retransmit_synack"],
            or: "no retransmits"
        )
        resets = programs(
            ["on_send_reset", "on_receive_reset"],
            on: ["tcp_send_reset", "tcp_receive_reset"],
            or: "no resets"
        )
        var measures =
            responseTime
            ? programs(
                ["on_receive", "on_take", "on_send"],
                on: ["sock_send_length", "sock_recv_length"],
                or: "no response times"
            ) : []
        if !measures.isEmpty, !follows {
            limitations.append(.noAtomics("no response times"))
            measures = []
        }
        if !measures.isEmpty, !kernel.programs.kernelFunctions {
            limitations.append(.interpreted("no response times over MPTCP"))
        }
        self.responseTime = measures
        self.limitations = limitations
    }
}
