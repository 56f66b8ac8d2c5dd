internal import BPF
internal import CProbes
internal import Readings

extension LoadedObject {
    /// What this object's programs could not count, and how often `programs` were skipped because they were already
    /// running.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
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
    /// The rows of `tcp_losses`, which the programs count.
    fileprivate static let rows: [(LossReason, loss_reason)] = [
        (.mapFull, MAP_FULL), (.allocation, ALLOCATION), (.unseen, UNSEEN), (.ringFull, RING_FULL),
    ]
}
