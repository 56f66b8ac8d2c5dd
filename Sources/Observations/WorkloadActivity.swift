internal import Catalogue
internal import Metrics
internal import Readings

/// The part of a reading that is about one workload.
struct WorkloadActivity {
    /// The workload.
    let workload: Workload
    /// Its place in the tables.
    private let index: WorkloadIndex
    private(set) var connections: [ConnectionRow] = []
    private(set) var listeners: [ListenerRow] = []
    /// What its listeners dropped; nil if that is unknown.
    private(set) var listenerDrops: [PortRow<UInt64>]?
    /// How long things took; nil if connections can't be followed.
    private(set) var durations: [DurationRow]?
    /// How long services took to answer; nil if that is not measured.
    private(set) var responseTimes: [PortRow<Distribution>]?
    private let stocks: Tables<Stock>
    private let counters: Tables<Counter>
    /// What the kernel counts for the network namespace, which belongs to the host.
    let namespaceCounters: NamespaceCounters

    /// Divides a reading, so that no workload has to search all rows.
    ///
    /// Rows of a workload that the reading does not have are the host's, so that nothing is lost.
    static func parts(of activity: Activity) -> [WorkloadActivity] {
        var parts = activity.workloads.enumerated().map { WorkloadActivity($1, at: $0, of: activity) }
        func place(_ workload: WorkloadIndex) -> Int {
            let place = Int(workload.rawValue)
            return place < parts.count ? place : 0
        }
        guard !parts.isEmpty else { return [] }
        for row in activity.connections { parts[place(row.workload)].connections.append(row) }
        for row in activity.listeners { parts[place(row.workload)].listeners.append(row) }
        for row in activity.listenerDrops ?? [] { parts[place(row.workload)].listenerDrops?.append(row) }
        for row in activity.durations ?? [] { parts[place(row.workload)].durations?.append(row) }
        for row in activity.responseTimes ?? [] { parts[place(row.workload)].responseTimes?.append(row) }
        return parts
    }

    private init(_ workload: Workload, at index: Int, of activity: Activity) {
        self.workload = workload
        self.index = WorkloadIndex(rawValue: UInt16(clamping: index))
        stocks = activity.stocks
        counters = activity.counters
        namespaceCounters = activity.namespaceCounters
        listenerDrops = activity.listenerDrops.map { _ in [] }
        durations = activity.durations.map { _ in [] }
        responseTimes = activity.responseTimes.map { _ in [] }
    }

    /// A table of stocks; nil if unknown.
    func table(_ id: Stock) -> [UInt64]? { stocks[id, index] }

    /// A table of counters; nil if unknown.
    func table(_ id: Counter) -> [UInt64]? { counters[id, index] }
}
