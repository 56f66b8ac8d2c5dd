internal import BPF
internal import Readings

extension AgentObject {
    /// What the programs have lost so far, and the cost of each.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func upkeep() throws(BPFError) -> Upkeep {
        Upkeep(losses: try losses(), programs: try costs())
    }

    private func losses() throws(BPFError) -> Losses {
        // Changes missed by a program on a connection show in its slot. Only this program and the pass look at slots.
        let counts = try object.losses(of: [programs.transitions])
        return Losses(
            mapFull: counts[.mapFull] ?? 0,
            allocation: counts[.allocation] ?? 0,
            gaps: counts[.unseen] ?? 0,
            recursions: counts[.recursion] ?? 0
        )
    }

    /// How often programs ran and how long that took.
    ///
    /// The kernel counts it while `kernel.bpf_stats_enabled` is on; otherwise all are zero.
    private func costs() throws(BPFError) -> [ProgramCost] {
        var costs: [ProgramCost] = []
        for name in programs.all {
            let statistics = try object.statistics(of: name)
            costs.append(ProgramCost(name: name, runs: statistics.runs, nanoseconds: statistics.runNanoseconds))
        }
        return costs
    }
}
