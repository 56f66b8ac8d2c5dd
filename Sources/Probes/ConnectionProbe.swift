internal import BPF
internal import CProbes
internal import Readings

/// Follows connections through their states with a program on the tracepoint `inet_sock_set_state`.
final class ConnectionProbe {
    private let agent: AgentObject
    private let link: Link
    private let transitions: PerCPUArray
    private let handshakes: PerCPUArray
    private let io: PerCPUArray
    private let durations: PerCPUArray

    /// Whether connections are followed through their lives.
    ///
    /// Otherwise only transitions are counted (before 5.12).
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
        link = try agent.attach(agent.programs.transitions)
    }

    /// What has happened since the probe was created.
    ///
    /// Counters that need followed connections are left out without them.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func counters() throws(BPFError) -> Tables<Counter> {
        var counters = Tables<Counter>()
        counters[.transitions, .host] = try transitionTable()
        if follows {
            counters[.handshakes, .host] = KernelLayout.handshakes.table(try handshakes.columnSums())
            counters[.bytes, .host] = KernelLayout.bytes.table(try io.sums())
        }
        return counters
    }

    /// The table of ``Counter/transitions``.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func transitionTable() throws(BPFError) -> [UInt64] {
        KernelLayout.transitions.table(try transitions.columnSums())
    }

    /// The histograms; nil if connections are not followed.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func durationRows() throws(BPFError) -> [DurationRow]? {
        follows ? [DurationRow](kernel: try durations.rows()) : nil
    }
}
