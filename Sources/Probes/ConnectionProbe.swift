internal import BPF
internal import CProbes
internal import Metrics

/// Follows connections through their states, by a program on the tracepoint `inet_sock_set_state`.
final class ConnectionProbe {
    private let agent: AgentObject
    private let link: Link
    private let transitions: PerCPUArray
    private let handshakes: PerCPUArray
    private let io: PerCPUArray
    private let durations: PerCPUArray

    /// Whether connections are followed through their lives: otherwise there are transitions and no more (before 5.12).
    var follows: Bool { agent.programs.follows }

    /// Attaches the program of a loaded object, and finds its maps.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(_ agent: AgentObject) throws(BPFError) {
        self.agent = agent
        transitions = try agent.object.perCPUArray("tcp_transitions")
        handshakes = try agent.object.perCPUArray("tcp_handshakes")
        io = try agent.object.perCPUArray("tcp_io")
        durations = try agent.object.perCPUArray("tcp_durations")
        link = try agent.object.attach(agent.programs.transitions)
    }

    /// What has happened since the probe was made.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func flows() throws(BPFError) -> ConnectionFlows {
        var flows = ConnectionFlows(transitions: TransitionCounts(kernel: try transitions.columnSums()))
        if follows {
            flows.handshakes = try handshakes.columnSums()
            flows.io = try io.sums()
        }
        return flows
    }

    /// The histograms, in the order of `tcp_durations`, each as a `struct histogram`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func durationRows() throws(BPFError) -> [[UInt64]] {
        try durations.rows()
    }
}
