internal import BPF

/// The agent's BPF object, loaded.
///
/// ``TCPProbes`` reads its maps.
final class AgentObject {
    /// What the programs observe, and how.
    struct Options {
        /// The network namespace to observe, by inode number.
        var namespace: UInt32
        /// What to split the counts of connections by.
        var ports: Set<PortAttribute> = []
        /// The interval of observations of a connection's round-trip time, in whole seconds.
        var rttPeriod: Duration = .seconds(60)
        /// Whether to measure how long services take to answer.
        var responseTime = false
        /// How many connections can be followed; nil for as many as there are slots.
        ///
        /// Tests set it, to run out of slots.
        var slots: UInt32?
    }

    /// The object.
    let object: Object
    /// The loaded programs.
    let programs: AgentPrograms

    /// The maps that are only needed for response times.
    private static let responseMaps = ["tcp_last_reads", "tcp_responses"]

    /// Loads `bpf/agent.bpf.c` with the programs that `kernel` can run.
    ///
    /// Nothing is attached yet.
    ///
    /// - Throws: ``BPFError`` with the verifier's message when the kernel refuses a program.
    init(_ options: Options, kernel: KernelFeatures) throws(BPFError) {
        programs = AgentPrograms(for: kernel, responseTime: options.responseTime)
        object = try kernel.programs.object(.agent)
        try object.choose(programs.all)
        if programs.responseTime.isEmpty {
            for map in Self.responseMaps { try object.leaveOut(map) }
        }
        if let slots = options.slots { try object.setCapacity(slots, of: "tcp_slots") }
        try object.setConstant("observed_netns", to: options.namespace)
        try object.setConstant("by_local_port", to: options.ports.contains(.local))
        try object.setConstant("by_peer_port", to: options.ports.contains(.peer))
        try object.setConstant("syn_limit", to: SYNBacklog.current())
        try object.setConstant(
            "rtt_period",
            to: UInt64(clamping: options.rttPeriod.components.seconds) &* 1_000_000_000
        )
        try object.setEphemeralPorts(EphemeralPorts.current())
        try object.load()
    }

    /// Loads the object with the programs that this kernel can run.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    convenience init(_ options: Options) throws(BPFError) {
        try self.init(options, kernel: KernelFeatures())
    }
}
