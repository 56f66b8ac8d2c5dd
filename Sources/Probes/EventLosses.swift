internal import BPF
internal import CProbes
internal import Metrics

/// Why an event was not counted.
package enum LossReason: String, CaseIterable {
    /// A map had no room for another key.
    case mapFull = "map_full"
    /// The kernel had no memory for a socket's storage.
    case allocation
    /// A connection changed its state and no program was run, for another reason than the next one.
    case unseen
    /// The program was running on that CPU already.
    case recursion
    /// The reader of a ring buffer was too slow for it.
    case ringFull = "ring_full"

    /// The reasons of programs that count; only ``TraceProbe`` has a ring buffer.
    static let ofCounting = allCases.filter { $0 != .ringFull }
}

/// Counts what the programs of some objects could not count.
struct EventLosses {
    /// Shares out gaps between the reasons for them, as they come.
    private var gaps = Gaps()
    /// An object with the programs of it whose recursions leave gaps.
    private var read: [() throws(BPFError) -> [LossReason: UInt64]] = []

    /// Adds the programs of an object; the object must stay as long as this.
    mutating func add(_ read: @escaping () throws(BPFError) -> [LossReason: UInt64]) {
        self.read.append(read)
    }

    /// All losses so far.
    mutating func counts() throws(BPFError) -> [LossReason: UInt64] {
        var counts: [LossReason: UInt64] = [:]
        for read in read {
            counts.merge(try read()) { $0 &+ $1 }
        }
        gaps.note(counts[.unseen] ?? 0, recursions: counts[.recursion] ?? 0)
        counts[.recursion] = gaps.recursion
        counts[.unseen] = gaps.unseen
        return counts
    }

    /// The gaps in what is known of the connections that are observed, by what explains them.
    ///
    /// The kernel counts how often it skipped a program that was running already, but in all network namespaces together.
    /// Each such event of one's own leaves a gap, which is found with the connection's next event or by the next pass: as
    /// many gaps as there were recursions are theirs, and no more.
    struct Gaps: Equatable {
        /// Those that a recursion explains.
        private(set) var recursion: UInt64 = 0
        /// The others.
        private(set) var unseen: UInt64 = 0

        /// Takes in how many gaps and recursions there are by now; neither number falls.
        mutating func note(_ gaps: UInt64, recursions: UInt64) {
            let known = recursion &+ unseen
            let new = gaps > known ? gaps &- known : 0
            let explained = min(new, recursions > recursion ? recursions &- recursion : 0)
            recursion &+= explained
            unseen &+= new &- explained
        }
    }

    /// `tcplens.lost_events`: a point for every reason, zeros included.
    mutating func metric(start: Timestamp, time: Timestamp) throws(BPFError) -> Metric {
        let counts = try counts()
        let points = LossReason.ofCounting.map { reason in
            NumberDataPoint(
                attributes: [AttributeKey.lossReason: .string(reason.rawValue)],
                start: start,
                time: time,
                value: Number(count: counts[reason] ?? 0)
            )
        }
        return Metric(.lostEvents, .sum(points, .cumulative, isMonotonic: true))
    }
}

extension Object {
    /// What `programs` of this object missed.
    func losses(of programs: [String]) throws(BPFError) -> [LossReason: UInt64] {
        var losses: [LossReason: UInt64] = [:]
        for program in programs {
            losses[.recursion, default: 0] &+= try statistics(of: program).recursionMisses
        }
        let counts = try perCPUArray("tcp_losses").sums()
        for (reason, row) in LossReason.rows where counts.indices.contains(Int(row.rawValue)) {
            losses[reason, default: 0] &+= counts[Int(row.rawValue)]
        }
        return losses
    }
}

extension LossReason {
    /// Where `tcp_losses` has what the programs count themselves.
    fileprivate static let rows: [(LossReason, loss_reason)] = [
        (.mapFull, MAP_FULL), (.allocation, ALLOCATION), (.unseen, UNSEEN), (.ringFull, RING_FULL),
    ]
}
