internal import BPF
internal import CProbes
internal import Readings

/// Follows connections through their states, by a program on the tracepoint `inet_sock_set_state`.
final class ConnectionProbe {
    /// The object, whose maps the pass over all sockets shares.
    let object: Object
    /// The program that counts: the one that follows, or the plain one.
    let program: String
    /// What this kernel lets programs do.
    let features: ProgramFeatures
    private let link: Link
    private let transitions: PerCPUArray
    private let handshakes: PerCPUArray
    private let io: PerCPUArray
    private let durations: PerCPUArray

    /// Whether connections are followed through their lives: otherwise there are transitions and no more (kernels before 5.12).
    var follows: Bool { program == Self.full }

    private static let full = "follow_connection"
    private static let plain = "count_transition"

    /// Loads and attaches `bpf/connections.bpf.c`, with what the kernel can of it.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(namespace: UInt32) throws(BPFError) {
        features = try ProgramFeatures()
        program = features.atomics ? Self.full : Self.plain
        object = try features.object(.connections)
        try object.setAutoload(features.atomics ? Self.plain : Self.full, false)
        try object.setConstant("observed_netns", to: namespace)
        try object.load()
        transitions = try object.perCPUArray("tcp_transitions")
        handshakes = try object.perCPUArray("tcp_handshakes")
        io = try object.perCPUArray("tcp_io")
        durations = try object.perCPUArray("tcp_durations")
        link = try object.attach(program)
    }

    /// What has happened since the probe was made; without what only connections that are followed have.
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

    /// The histograms; nil where connections are not followed.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func durationRows() throws(BPFError) -> [DurationRow]? {
        follows ? [DurationRow](kernel: try durations.rows()) : nil
    }
}
