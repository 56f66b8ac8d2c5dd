internal import BPF
internal import Readings

/// How often programs ran and how long it took, as the kernel counts it while `kernel.bpf_stats_enabled` is on.
struct ProgramCosts {
    /// A program with what the kernel knows of it.
    private var programs: [(name: String, statistics: () throws(BPFError) -> ProgramStatistics)] = []

    /// Adds programs of an object, which must stay as long as this.
    mutating func add(_ names: [String], _ statistics: @escaping (String) throws(BPFError) -> ProgramStatistics) {
        for name in names {
            programs.append((name, { () throws(BPFError) in try statistics(name) }))
        }
    }

    /// What each program has cost so far; zeros while the kernel does not count.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    func counts() throws(BPFError) -> [ProgramCost] {
        var costs: [ProgramCost] = []
        for (name, statistics) in programs {
            let statistics = try statistics()
            costs.append(
                ProgramCost(name: name, runs: statistics.runs, nanoseconds: statistics.runNanoseconds)
            )
        }
        return costs
    }
}
