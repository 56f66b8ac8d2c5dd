internal import BPF
internal import CProbes
internal import Metrics

/// Counts segments that were sent again, by programs on `tcp_retransmit_skb` and `tcp_retransmit_synack`.
final class RetransmitProbe {
    /// The object.
    let object: Object
    /// The programs that run.
    let programs: [String]
    private let links: [AttachedProgram]
    private let counters: PerCPUArray

    /// Loads and attaches `bpf/retransmits.bpf.c`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(namespace: UInt32, features: KernelFeatures, following probe: ConnectionProbe) throws(BPFError) {
        let (used, unused) =
            features.retransmitTellsErrors
            ? ("on_retransmit", "on_retransmit_sent") : ("on_retransmit_sent", "on_retransmit")
        let object = try Object(.retransmits)
        try object.setAutoload(unused, false)
        try object.setConstant("observed_netns", to: namespace)
        try object.share("retransmitted_handshakes", with: probe.object)
        try object.load()
        programs = [used, "on_retransmit_synack"]
        counters = try object.perCPUArray("tcp_retransmits")
        var links: [AttachedProgram] = []
        for program in programs {
            links.append(AttachedProgram(try object.attach(program)))
        }
        self.links = links
        self.object = object
    }

    /// `tcplens.retransmits`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func metric(start: Timestamp, time: Timestamp) throws(BPFError) -> Metric {
        let points = Self.series.points(of: try counters.sums(), start: start, time: time)
        return Metric(.retransmits, .sum(points, .cumulative, isMonotonic: true))
    }

    private static let series = RetransmitType.allCases.flatMap { kind in
        NetworkType.allCases.map { type in
            CounterSeries(
                [
                    AttributeKey.retransmitType: .string(kind.attributeValue),
                    AttributeKey.type: .string(type.attributeValue),
                ],
                rows: [retransmit_index(UInt32(kind.rawValue), UInt32(type.rawValue))]
            )
        }
    }
}

/// Counts resets, by programs on `tcp_send_reset` and `tcp_receive_reset`.
final class ResetProbe {
    /// The object.
    let object: Object
    /// The programs that run.
    let programs = ["on_send_reset", "on_receive_reset"]
    private let links: [AttachedProgram]
    private let counters: PerCPUArray

    /// Loads and attaches `bpf/resets.bpf.c`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    init(namespace: UInt32) throws(BPFError) {
        let object = try Object(.resets)
        try object.setConstant("observed_netns", to: namespace)
        try object.load()
        counters = try object.perCPUArray("tcp_resets")
        var links: [AttachedProgram] = []
        for program in programs {
            links.append(AttachedProgram(try object.attach(program)))
        }
        self.links = links
        self.object = object
    }

    /// `tcplens.resets`.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func metric(start: Timestamp, time: Timestamp) throws(BPFError) -> Metric {
        let points = Self.series.points(of: try counters.sums(), start: start, time: time)
        return Metric(.resets, .sum(points, .cumulative, isMonotonic: true))
    }

    private static let series = IODirection.allCases.flatMap { direction in
        NetworkType.allCases.map { type in
            CounterSeries(
                [
                    AttributeKey.direction: .string(direction.attributeValue),
                    AttributeKey.type: .string(type.attributeValue),
                ],
                rows: [reset_index(UInt32(direction.rawValue), UInt32(type.rawValue))]
            )
        }
    }
}

/// Keeps a link, which can't be copied, in a list.
final class AttachedProgram {
    private let link: Link

    init(_ link: consuming Link) {
        self.link = link
    }
}
