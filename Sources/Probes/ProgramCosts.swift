internal import BPF
internal import Metrics

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

    /// `tcplens.bpf.program.runs` and `.time`, of every program; none where the kernel has never counted.
    func metrics(start: Timestamp, time: Timestamp) throws(BPFError) -> [Metric] {
        var (runs, times): ([NumberDataPoint], [NumberDataPoint]) = ([], [])
        var isCounted = false
        for (name, statistics) in programs {
            let statistics = try statistics()
            isCounted = isCounted || statistics.runs > 0
            let attributes: Attributes = [AttributeKey.program: .string(name)]
            func point(_ value: Number) -> NumberDataPoint {
                NumberDataPoint(attributes: attributes, start: start, time: time, value: value)
            }
            runs.append(point(Number(count: statistics.runs)))
            times.append(point(.double(Double(statistics.runNanoseconds) / 1e9)))
        }
        guard isCounted else { return [] }
        return [
            Metric(.programRuns, .sum(runs, .cumulative, isMonotonic: true)),
            Metric(.programTime, .sum(times, .cumulative, isMonotonic: true)),
        ]
    }
}
