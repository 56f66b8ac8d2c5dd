internal import Catalogue
internal import Metrics
internal import Readings

/// The series of one workload, from one collection to the next.
struct WorkloadSeries: Sendable, Codable {
    private let isHost: Bool
    private let start: Timestamp
    /// The network namespace's counters at the start; only the host has them.
    private let namespaceCounters: NamespaceCounters
    private var connections: ConnectionCountSeries
    /// For each metric of a table of stocks, the rows that have had another value than zero.
    private var seen: [String: Set<Int>] = [:]
    private var listenerDrops: CumulativeSeries<ListenerKey, UInt64>
    private var responseTimes: CumulativeSeries<ResponseKey, Distribution>
    /// Extends the sums beyond the kernel's, which are modulo 2^64 ns.
    private var durations = DurationSums<DurationKey>()
    private var listenerIndex = SeriesIndex<ListenerKey>()
    private var dropIndex = SeriesIndex<ListenerKey>()
    private var responseIndex = SeriesIndex<ResponseKey>()

    // Attributes are not saved, because they follow from the keys.
    private enum CodingKeys: CodingKey {
        case isHost, start, namespaceCounters, connections, seen, listenerDrops, responseTimes, durations
    }

    /// Creates an empty value for at most `limit` series of each metric.
    init(_ workload: Workload, epoch: Epoch, limit: Int) {
        isHost = workload.id == .host
        // Nothing of a workload was counted before the epoch.
        start = isHost ? epoch.start : max(workload.start, epoch.start)
        namespaceCounters = isHost ? epoch.namespaceCounters : NamespaceCounters()
        connections = ConnectionCountSeries(limit: limit, hasAllStates: isHost)
        listenerDrops = CumulativeSeries(limit: limit, start: start)
        responseTimes = CumulativeSeries(limit: limit, start: start)
    }

    /// The metrics for which `activity` has values.
    mutating func metrics(of activity: WorkloadActivity, at time: Timestamp) -> [Metric] {
        guard !isHost else { return Catalogue.machine.compactMap { metric($0, of: activity, at: time) } }
        // With many workloads, metrics without points would be most of all metrics.
        return Catalogue.workload.compactMap { definition in
            metric(definition, of: activity, at: time).flatMap { $0.data.pointCount > 0 ? $0 : nil }
        }
    }

    private mutating func metric(
        _ definition: MetricDefinition,
        of activity: WorkloadActivity,
        at time: Timestamp
    ) -> Metric? {
        if case .histogram = definition.kind {
            return distributions(definition, of: activity, at: time).map { Metric(definition, $0) }
        }
        var points: [NumberDataPoint] = []
        for source in definition.sources {
            guard let more = numbers(definition, source, of: activity, at: time) else { return nil }
            points += more
        }
        return Metric(definition, points)
    }

    /// The points of a source; nil if the reading lacks it.
    private mutating func numbers(
        _ definition: MetricDefinition,
        _ source: Source,
        of activity: WorkloadActivity,
        at time: Timestamp
    ) -> [NumberDataPoint]? {
        let start = definition.kind == .gauge ? .unknown : start
        func point(_ attributes: Attributes, _ value: UInt64) -> NumberDataPoint {
            NumberDataPoint(attributes: attributes, start: start, time: time, value: definition.number(value))
        }
        func points(_ series: [TableSeries], _ table: [UInt64], _ isPresent: (TableSeries) -> Bool)
            -> [NumberDataPoint]
        {
            series.filter { table[$0.row] > 0 || isPresent($0) }.map { point($0.attributes, table[$0.row]) }
        }
        switch source {
        case .connections:
            return connections.points(of: activity.connections, start: start, time: time)
        case .listeners(let value):
            let rows = activity.listeners.sorted { $0.key < $1.key }
            // All metrics of listeners have the same series.
            return zip(listenerIndex.attributes(of: rows.lazy.map { $0.key }), rows).map { point($0, value($1)) }
        case .listenerDrops:
            return activity.listenerDrops.map { drops(of: $0, at: time) }
        case .stock(let id, let series):
            return activity.table(id).map { table in
                guard !isHost else { return points(series, table) { !$0.isRare } }
                let seen = note(table, series, definition)
                return points(series, table) { seen.contains($0.row) }
            }
        case .counter(let id, let series):
            return activity.table(id).map { points(series, $0) { !$0.isRare } }
        case .namespace(let series):
            return series.compactMap { series in
                activity.namespaceCounters.increase(of: series.counters, since: namespaceCounters)
                    .map { point(series.attributes, $0) }
            }
        case .durations, .responseTimes, .programs, .losses, .drift:
            return nil
        }
    }

    /// Remembers the rows with another value than zero, and returns all that ever had one.
    ///
    /// Most stocks of most workloads are always zero. One that was seen stays, because an absent series looks like a
    /// gap.
    private mutating func note(
        _ table: [UInt64],
        _ series: [TableSeries],
        _ definition: MetricDefinition
    ) -> Set<Int> {
        for series in series where table[series.row] > 0 {
            seen[definition.name, default: []].insert(series.row)
        }
        return seen[definition.name] ?? []
    }

    private mutating func drops(of rows: [PortRow<UInt64>], at time: Timestamp) -> [NumberDataPoint] {
        let readings = rows.compactMap { row in
            row.type.flatMap { type in
                row.port.map { (key: ListenerKey(port: $0, type: type), value: row.value) }
            }
        }
        let overflow = rows.reduce(0) { $0 &+ ($1.port == nil ? $1.value : 0) }
        listenerDrops.observe(readings, overflow: overflow, at: time)
        let series = listenerDrops.series
        return zip(series, dropIndex.attributes(of: series.lazy.map(\.key))).map { series, attributes in
            let value = Number(count: series.value)
            return NumberDataPoint(attributes: attributes, start: series.start, time: time, value: value)
        }
    }
}

extension WorkloadSeries {
    /// The points of a metric with distributions; nil if the reading lacks it.
    private mutating func distributions(
        _ definition: MetricDefinition,
        of activity: WorkloadActivity,
        at time: Timestamp
    )
        -> [ExponentialHistogramDataPoint]?
    {
        var points: [ExponentialHistogramDataPoint] = []
        for source in definition.sources {
            switch source {
            case .durations(let id, let series):
                guard let rows = activity.durations else { return nil }
                points += durationPoints(id, series, of: rows, at: time)
            case .responseTimes:
                guard let rows = activity.responseTimes else { return nil }
                points += responsePoints(rows, at: time)
            default:
                return nil
            }
        }
        return points
    }

    private mutating func durationPoints(
        _ id: Durations,
        _ series: [TableSeries],
        of rows: [DurationRow],
        at time: Timestamp
    ) -> [ExponentialHistogramDataPoint] {
        var distributions: [Int: Distribution] = [:]
        for row in rows where row.id == id {
            distributions[row.row] = durations.extend(row.value, of: DurationKey(id: id, row: row.row))
        }
        return series.compactMap { series in
            guard let value = distributions[series.row], value.count > 0 else { return nil }
            // All of them started with the workload, no matter when the first value was counted.
            return value.exponentialPoint(attributes: series.attributes, start: start, time: time)
        }
    }

    private mutating func responsePoints(_ rows: [PortRow<Distribution>], at time: Timestamp)
        -> [ExponentialHistogramDataPoint]
    {
        let readings = rows.compactMap { row in row.port.map { (key: ResponseKey(port: $0), value: row.value) } }
        let overflow = rows.first { $0.port == nil }?.value ?? .zero
        responseTimes.observe(readings, overflow: overflow, at: time)
        let series = responseTimes.series
        return zip(series, responseIndex.attributes(of: series.lazy.map(\.key))).map { series, attributes in
            series.value.exponentialPoint(attributes: attributes, start: series.start, time: time)
        }
    }
}

/// Identifies the response times of one port.
private struct ResponseKey: SeriesKey, Codable {
    var port: UInt16

    var attributes: Attributes { [AttributeKey.localPort: .int(Int64(port))] }
}

/// Identifies a row in a table of durations.
private struct DurationKey: Hashable, Sendable, Codable {
    var id: Durations
    var row: Int
}
