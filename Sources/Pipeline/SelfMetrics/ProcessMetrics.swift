internal import Catalogue
internal import Glibc
package import Metrics

/// CPU time and memory of this process (semantic conventions, `system/process-metrics.md`).
package struct ProcessMetrics: MetricProducer, Sendable {
    private static let user: Attributes = [AttributeKey.processorMode: "user"]
    private static let system: Attributes = [AttributeKey.processorMode: "system"]

    private let start: Timestamp
    /// The CPU time that was spent before the start, in seconds.
    private let spent: (user: Double, system: Double)

    /// Creates metrics of this process.
    ///
    /// - Parameters:
    ///   - start: When counting began.
    ///   - isAnew: Whether the process began before `start`, and its CPU time until now does not count.
    package init(start: Timestamp, isAnew: Bool = false) {
        self.start = start
        spent = isAnew ? Self.cpuTime() : (0, 0)
    }

    /// The CPU time and the resident memory; what can't be read is left out.
    package func metrics(at time: Timestamp) -> [Metric] {
        var metrics = [cpuTime(at: time)]
        if let bytes = Self.residentBytes() {
            let point = NumberDataPoint(attributes: [:], start: start, time: time, value: .int(bytes))
            metrics.append(Metric(.processMemory, [point]))
        }
        return metrics
    }

    private func cpuTime(at time: Timestamp) -> Metric {
        let now = Self.cpuTime()
        let modes = [(Self.user, now.user - spent.user), (Self.system, now.system - spent.system)]
        let points = modes.map { attributes, seconds in
            NumberDataPoint(attributes: attributes, start: start, time: time, value: .double(max(seconds, 0)))
        }
        return Metric(.processorTime, points)
    }

    /// The CPU time of the process so far, in seconds.
    private static func cpuTime() -> (user: Double, system: Double) {
        var usage = rusage()
        // It can only fail for an invalid pointer.
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return (seconds(usage.ru_utime), seconds(usage.ru_stime))
    }

    /// The second number in `statm`, in pages (proc_pid_statm(5)).
    private static func residentBytes() -> Int64? {
        let file = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // At most seven numbers of 64 bits.
        var buffer = [UInt8](repeating: 0, count: 160)
        let count = unsafe read(file, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let numbers = buffer.prefix(count).split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard numbers.count > 1, let pages = Int64(String(decoding: numbers[1], as: UTF8.self)) else { return nil }
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: Int64(sysconf(Int32(_SC_PAGESIZE))))
        return overflow ? nil : bytes
    }
}
