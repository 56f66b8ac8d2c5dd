internal import BPF
internal import Readings

/// Reads what the programs of some objects could not count.
struct EventLosses {
    /// For each object a function that reads its losses.
    private var read: [() throws(BPFError) -> [LossReason: UInt64]] = []

    /// Adds the programs of an object; the object must stay as long as this.
    mutating func add(_ read: @escaping () throws(BPFError) -> [LossReason: UInt64]) {
        self.read.append(read)
    }

    /// All losses so far.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func counts() throws(BPFError) -> Losses {
        var counts: [LossReason: UInt64] = [:]
        for read in read {
            counts.merge(try read()) { $0 &+ $1 }
        }
        return Losses(
            mapFull: counts[.mapFull] ?? 0,
            allocation: counts[.allocation] ?? 0,
            gaps: counts[.unseen] ?? 0,
            recursions: counts[.recursion] ?? 0
        )
    }
}

extension Object {
    /// What `programs` of this object missed.
    func losses(of programs: [String]) throws(BPFError) -> [LossReason: UInt64] {
        var losses: [LossReason: UInt64] = [:]
        for program in programs {
            losses[.recursion, default: 0] &+= try statistics(of: program).recursionMisses
        }
        guard layout(of: "losses") != nil else { return losses }
        // In the order of enum loss_reason.
        for (reason, count) in zip(
            [LossReason.mapFull, .allocation, .unseen, .ringFull],
            try perCPUArray("losses").sums()
        ) {
            losses[reason, default: 0] &+= count
        }
        return losses
    }
}
