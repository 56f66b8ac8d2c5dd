internal import BPF
internal import Readings

extension AgentObject {
    /// What the programs have lost so far, and what each has cost.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func upkeep() throws(BPFError) -> Upkeep {
        Upkeep(losses: try losses(), programs: try costs())
    }

    private func losses() throws(BPFError) -> Losses {
        // What was missed of a connection shows in its slot, which only this program and the pass look at.
        let counts = try object.losses(of: [programs.transitions])
        return Losses(
            mapFull: counts[.mapFull] ?? 0,
            allocation: counts[.allocation] ?? 0,
            gaps: counts[.unseen] ?? 0,
            recursions: counts[.recursion] ?? 0
        )
    }

    /// How often programs ran and how long it took, as the kernel counts it while `kernel.bpf_stats_enabled` is on; zeros
    /// otherwise.
    private func costs() throws(BPFError) -> [ProgramCost] {
        var costs: [ProgramCost] = []
        for name in programs.all {
            let statistics = try object.statistics(of: name)
            costs.append(ProgramCost(name: name, runs: statistics.runs, nanoseconds: statistics.runNanoseconds))
        }
        return costs
    }
}
