internal import Metrics
internal import Readings

/// What programs would have counted for one workload of a simulated host.
struct WorkloadCounters: Sendable {
    /// The tables.
    private(set) var tables: [Counter: [UInt64]]
    private var histograms: [Durations: [Histogram]]

    init() {
        tables = Dictionary(
            uniqueKeysWithValues: Counter.allCases.map { ($0, [UInt64](repeating: 0, count: $0.rowCount)) }
        )
        histograms = Dictionary(
            uniqueKeysWithValues: Durations.allCases.map {
                ($0, [Histogram](repeating: Histogram(), count: $0.rowCount))
            }
        )
    }

    /// The distributions that are not empty.
    func durations(of workload: WorkloadIndex) -> [DurationRow] {
        Durations.allCases.flatMap { id in
            (histograms[id] ?? []).enumerated()
                .map { DurationRow(id, row: $0, value: $1.distribution, workload: workload) }
                .filter { $0.value.count > 0 }
        }
    }

    mutating func add(_ id: Counter, _ values: [any Coordinate], by number: UInt64) {
        tables[id]?[id.row(of: values)].add(number)
    }

    mutating func record(_ time: UInt64, _ id: Durations, _ values: [any Coordinate]) {
        histograms[id]?[id.row(of: values)].add(nanoseconds: time)
    }
}
