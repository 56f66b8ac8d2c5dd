/// Which programs of the agent's object run on this kernel, and what is missing without the others.
///
/// This is decided before anything is loaded, because the kernel takes an object as a whole. A refusal by the kernel is
/// then an error, and never a reason to load less.
struct AgentPrograms {
    /// The program that counts changes of state: one that follows connections, or one that only counts.
    let transitions: String
    /// The programs of the pass by the kernel's iterator: the one that counts, and, if connections are followed, the
    /// one that frees their slots.
    let pass: [String]
    /// The program of the pass over the kernel's tables; nil if this kernel does not let programs do that.
    let walk: String?
    /// The counters that have their own programs, with those programs.
    let counters: [(plan: CounterPlan, programs: [String])]
    /// The programs that measure response times, if any.
    let responseTime: [String]
    /// What can't be measured on this kernel.
    let limitations: [Limitation]
    /// Whether connections are followed through their lives.
    ///
    /// Otherwise only transitions are counted.
    let follows: Bool

    /// All programs.
    var all: [String] { pass + (walk.map { [$0] } ?? []) + [transitions] + counters.flatMap(\.programs) + responseTime }

    /// The tracepoints that some kernels lack.
    static let tracepoints = CounterPlan.all.flatMap(\.tracepoints) + responseTracepoints

    private static let responseTracepoints = ["sock_send_length", "sock_recv_length"]

    /// Chooses the programs for a kernel.
    ///
    /// - Parameters:
    ///   - kernel: What the kernel can do.
    ///   - responseTime: Whether response times were asked for.
    init(for kernel: KernelFeatures, responseTime: Bool) {
        var limitations: [Limitation] = []
        func has(_ tracepoints: [String], or lost: String) -> Bool {
            guard let missing = tracepoints.first(where: kernel.missingTracepoints.contains) else { return true }
            limitations.append(.noTracepoint(missing, lost))
            return false
        }
        follows = kernel.programs.atomics
        transitions = follows ? "follow_connection" : "count_transition"
        pass = follows ? ["count_and_sample", "forget_ended"] : ["count_connections"]
        if !follows { limitations.append(.noAtomics("no durations, handshakes, RTT and bytes")) }
        // Without slots there is nothing that a walk would sample, and those kernels have no loops either.
        let whyNoWalk = follows ? kernel.programs.whyNoWalk("counting takes longer") : nil
        walk = follows && whyNoWalk == nil ? "walk_and_sample" : nil
        if let whyNoWalk { limitations.append(whyNoWalk) }
        counters = CounterPlan.all.filter { has($0.tracepoints, or: $0.lost) }.map { ($0, $0.programs(on: kernel)) }
        if responseTime, has(Self.responseTracepoints, or: "no response times") {
            self.responseTime = follows ? ["on_receive", "on_take", "on_send"] : []
            if !follows {
                limitations.append(.noAtomics("no response times"))
            } else if !kernel.programs.kernelFunctions {
                limitations.append(.interpreted("no response times over MPTCP"))
            }
        } else {
            self.responseTime = []
        }
        self.limitations = limitations
    }
}
