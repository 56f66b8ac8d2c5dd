internal import Catalogue
internal import Metrics
internal import Readings

/// The series of one workload, from one collection to the next.
struct WorkloadSeries: Sendable, Codable {
    private let workload: WorkloadIndex
    private let epoch: Epoch
    private var connections: ConnectionCountSeries
    private var listenerDrops: CumulativeSeries<ListenerKey, UInt64>
    private var responseTimes: CumulativeSeries<ResponseKey, Distribution>
    /// Extends the sums beyond the kernel's, which are modulo 2^64 ns.
    private var durations: CumulativeSeries<DurationKey, Distribution>
    private var listenerIndex = SeriesIndex<ListenerKey>()
    private var dropIndex = SeriesIndex<ListenerKey>()
    private var responseIndex = SeriesIndex<ResponseKey>()

    // Attributes are not saved, because they follow from the keys.
    private enum CodingKeys: CodingKey {
        case workload, epoch, connections, listenerDrops, responseTimes, durations
    }

    /// Creates an empty value for at most `limit` series of each metric.
    init(_ workload: WorkloadIndex, epoch: Epoch, limit: Int) {
        self.workload = workload
        self.epoch = epoch
        connections = ConnectionCountSeries(limit: limit)
        listenerDrops = CumulativeSeries(limit: limit, start: epoch.start)
        responseTimes = CumulativeSeries(limit: limit, start: epoch.start)
        durations = CumulativeSeries(start: epoch.start)
    }

    /// The metrics of the machine for which `activity` has values.
    mutating func metrics(of activity: Activity, at time: Timestamp) -> [Metric] {
        observeDurations(activity, at: time)
        return Catalogue.machine.compactMap { metric($0, of: activity, at: time) }
    }

    private mutating func metric(_ definition: MetricDefinition, of activity: Activity, at time: Timestamp) -> Metric? {
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
        of activity: Activity,
        at time: Timestamp
    ) -> [NumberDataPoint]? {
        let start = definition.kind == .gauge ? .unknown : epoch.start
        func point(_ attributes: Attributes, _ value: UInt64) -> NumberDataPoint {
            NumberDataPoint(attributes: attributes, start: start, time: time, value: definition.number(value))
        }
        func points(_ series: [TableSeries], _ table: [UInt64]?) -> [NumberDataPoint]? {
            table.map { table in
                series.filter { !$0.isRare || table[$0.row] > 0 }.map { point($0.attributes, table[$0.row]) }
            }
        }
        switch source {
        case .connections:
            return connections.points(of: activity.connections.of(workload), start: start, time: time)
        case .listeners(let value):
            let rows = activity.listeners.of(workload).sorted { $0.key < $1.key }
            // All metrics of listeners have the same series.
            return zip(listenerIndex.attributes(of: rows.lazy.map { $0.key }), rows).map { point($0, value($1)) }
        case .listenerDrops:
            return activity.listenerDrops.map { drops(of: $0.of(workload), at: time) }
        case .stock(let id, let series):
            return points(series, activity.stocks[id, workload])
        case .counter(let id, let series):
            return points(series, activity.counters[id, workload])
        case .namespace(let series):
            return series.compactMap { series in
                activity.namespaceCounters.increase(of: series.counters, since: epoch.namespaceCounters)
                    .map { point(series.attributes, $0) }
            }
        case .durations, .responseTimes, .programs, .losses, .drift:
            return nil
        }
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
    private mutating func distributions(_ definition: MetricDefinition, of activity: Activity, at time: Timestamp)
        -> [ExponentialHistogramDataPoint]?
    {
        var points: [ExponentialHistogramDataPoint] = []
        for source in definition.sources {
            switch source {
            case .durations(let id, let series):
                guard activity.durations != nil else { return nil }
                points += durationPoints(id, series, at: time)
            case .responseTimes:
                guard let rows = activity.responseTimes else { return nil }
                points += responsePoints(rows.of(workload), at: time)
            default:
                return nil
            }
        }
        return points
    }

    private mutating func observeDurations(_ activity: Activity, at time: Timestamp) {
        guard let rows = activity.durations else { return }
        let readings = rows.filter { $0.workload == workload }.map { row in
            (key: DurationKey(id: row.id, row: row.row), value: row.value)
        }
        durations.observe(readings, at: time)
    }

    private func durationPoints(_ id: Durations, _ series: [TableSeries], at time: Timestamp)
        -> [ExponentialHistogramDataPoint]
    {
        var distributions: [Int: Distribution] = [:]
        for series in durations.series where series.key?.id == id {
            distributions[series.key?.row ?? 0] = series.value
        }
        return series.compactMap { series in
            guard let value = distributions[series.row], value.count > 0 else { return nil }
            // All of them started with the epoch, no matter when the first value was counted.
            return value.exponentialPoint(attributes: series.attributes, start: epoch.start, time: time)
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
