internal import BPF
internal import CProbes
internal import Metrics

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
