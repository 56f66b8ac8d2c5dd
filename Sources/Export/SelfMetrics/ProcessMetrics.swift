internal import Glibc
public import Metrics

/// What this process costs the machine (semantic conventions, `system/process-metrics.md`).
public struct ProcessMetrics: MetricProducer, Sendable {
    private let start: Timestamp

    /// Creates metrics of a process that began at `start`.
    public init(start: Timestamp) {
        self.start = start
    }

    /// The time on CPUs and the resident memory; what can't be read is left out.
    public func metrics(at time: Timestamp) -> [Metric] {
        var metrics = [cpuTime(at: time)]
        if let bytes = Self.residentBytes() {
            let point = NumberDataPoint(attributes: [:], start: start, time: time, value: .int(bytes))
            metrics.append(
                Metric(
                    name: "process.memory.usage",
                    description: "Physical memory that the agent uses.",
                    unit: "By",
                    data: .sum([point], .cumulative, isMonotonic: false)
                )
            )
        }
        return metrics
    }

    private func cpuTime(at time: Timestamp) -> Metric {
        var usage = rusage()
        // It fails only for a bad pointer.
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let points = [("user", usage.ru_utime), ("system", usage.ru_stime)].map { mode, spent in
            NumberDataPoint(
                attributes: ["cpu.mode": .string(mode)],
                start: start,
                time: time,
                value: .double(Double(spent.tv_sec) + Double(spent.tv_usec) / 1e6)
            )
        }
        return Metric(
            name: "process.cpu.time",
            description: "Time that the agent spent on CPUs.",
            unit: "s",
            data: .sum(points, .cumulative, isMonotonic: true)
        )
    }

    /// The second number of `statm` in pages (proc_pid_statm(5)).
    private static func residentBytes() -> Int64? {
        let file = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // Seven numbers of 64 bits at most.
        var buffer = [UInt8](repeating: 0, count: 160)
        let count = unsafe read(file, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let numbers = buffer.prefix(count).split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard numbers.count > 1, let pages = Int64(String(decoding: numbers[1], as: UTF8.self)) else { return nil }
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: Int64(sysconf(Int32(_SC_PAGESIZE))))
        return overflow ? nil : bytes
    }
}
