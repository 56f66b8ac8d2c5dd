/// Marks the end of series for one exporter, once for each series.
///
/// A receiver of cumulative points can't tell a series that has ended from one that is late, and shows its last value
/// for minutes. So a series that is absent from its metric gets a last point without a value (`DataPointFlags` of
/// `metrics.proto`) at the exporter's first collection without it. A metric that is absent has ended, too, unless a
/// producer failed.
///
/// Deltas do not need this: without a point nothing is added.
///
/// It can be saved; another process then ends what this one has exported.
package struct SeriesEndings: Sendable, Codable {
    /// Identifies a metric.
    ///
    /// To receivers, a metric whose kind changes is a different metric.
    private struct StreamKey: Hashable, Sendable, Codable {
        var resource: Resource
        var scope: Scope
        var name: String
        var kind: Kind
    }

    fileprivate enum Kind: String, Sendable, Codable {
        case gauge
        case stock
        case counter
        case histogram
        case exponentialHistogram
    }

    /// A metric at its last collection.
    private struct Stream: Sendable, Codable {
        let metric: Metric
        let time: Timestamp
        /// The attributes of each point of ``metric``, in an array that later collections are compared to.
        let attributes: [Attributes]
        /// The start of each point of ``metric``.
        let starts: [Timestamp]

        // The others follow from the metric. Saved apart from it, they might not fit.
        private enum CodingKeys: CodingKey {
            case metric, time
        }

        init(metric: Metric, attributes: [Attributes], time: Timestamp) {
            self.metric = metric
            self.time = time
            self.attributes = attributes
            starts = metric.data.starts
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let metric = try container.decode(Metric.self, forKey: .metric)
            let time = try container.decode(Timestamp.self, forKey: .time)
            self.init(metric: metric, attributes: metric.data.attributes, time: time)
        }
    }

    /// The distance of a last point from the last value: backends distinguish times by milliseconds.
    private static let distance: Int64 = 1_000_000

    private var streams: [StreamKey: Stream] = [:]

    /// Creates an empty state.
    package init() {}

    /// Adds a last point for each series that has ended since the previous collection.
    ///
    /// A series of a stock that is new or comes back starts at the previous collection, and not before its own end.
    ///
    /// - Parameters:
    ///   - metrics: The metrics for the exporter.
    ///   - time: The time of the collection.
    ///   - isComplete: Whether no producer failed.
    ///   - isLast: Whether this is the last collection; then all stocks end after their last values.
    /// - Returns: The metrics with the last points.
    package mutating func follow(
        _ metrics: [ResourceMetrics],
        at time: Timestamp,
        isComplete: Bool,
        isLast: Bool = false
    ) -> [ResourceMetrics] {
        var metrics = metrics
        var absent = Set(streams.keys)
        for resource in metrics.indices {
            for scope in metrics[resource].scopes.indices {
                let scopeMetrics = metrics[resource].scopes[scope]
                for (index, metric) in scopeMetrics.metrics.enumerated() {
                    guard let kind = Kind(metric.data) else { continue }
                    let key = StreamKey(
                        resource: metrics[resource].resource,
                        scope: scopeMetrics.scope,
                        name: metric.name,
                        kind: kind
                    )
                    absent.remove(key)
                    metrics[resource].scopes[scope].metrics[index].data = follow(metric, of: key, at: time)
                }
            }
        }
        if isComplete {
            end(absent, of: &metrics, at: time)
        }
        if isLast {
            end(stocks, of: &metrics, at: time.advanced(by: Self.distance))
        }
        return metrics
    }

    /// The last points of all stocks, for an exporter that is removed.
    package mutating func end(at time: Timestamp) -> [ResourceMetrics] {
        var metrics: [ResourceMetrics] = []
        end(stocks, of: &metrics, at: time)
        streams = [:]
        return metrics
    }

    /// Stocks and gauges, which are only known while the agent runs.
    ///
    /// Counters stay true.
    private var stocks: Set<StreamKey> {
        Set(streams.keys.filter { $0.kind == .stock || $0.kind == .gauge })
    }

    /// The points of a metric, and a last one for each series that has ended.
    private mutating func follow(_ metric: Metric, of key: StreamKey, at time: Timestamp) -> Metric.Data {
        var data = metric.data
        let attributes = data.attributes
        var ended: Metric.Data?
        if let before = streams[key] {
            let difference = SeriesDifference(from: before.attributes, to: attributes)
            if key.kind == .stock {
                let starts = difference.places.map { place in place.map { before.starts[$0] } ?? before.time }
                data = data.changed(by: LaterStarts(starts: starts))
            }
            if !difference.gone.isEmpty {
                ended = before.metric.data.changed(by: Ends(places: difference.gone, time: time))
            }
        }
        var kept = metric
        kept.data = data
        streams[key] = Stream(metric: kept, attributes: attributes, time: time)
        return ended.map { data.appending($0) } ?? data
    }

    /// Ends all series of these metrics, under the resource and the scope that they had.
    private mutating func end(_ keys: Set<StreamKey>, of metrics: inout [ResourceMetrics], at time: Timestamp) {
        guard !keys.isEmpty else { return }
        // Many resources may end at once, so that a search for each of their metrics would be slow.
        var places = Dictionary(zip(metrics.lazy.map(\.resource), metrics.indices)) { first, _ in first }
        for key in keys.sorted(by: { $0.name < $1.name }) {
            guard let stream = streams.removeValue(forKey: key), !stream.attributes.isEmpty else { continue }
            var metric = stream.metric
            metric.data = metric.data.changed(by: Ends(places: Array(stream.attributes.indices), time: time))
            let place = places[key.resource] ?? metrics.count
            if place == metrics.count {
                metrics.append(ResourceMetrics(resource: key.resource, scopes: []))
                places[key.resource] = place
            }
            metrics[place].add(metric, of: key.scope)
        }
    }
}

extension SeriesEndings.Kind {
    /// The kind of a metric whose series can end; nil for deltas.
    fileprivate init?(_ data: Metric.Data) {
        switch data {
        case .gauge: self = .gauge
        case .sum(_, .cumulative, let isMonotonic): self = isMonotonic ? .counter : .stock
        case .histogram(_, .cumulative): self = .histogram
        case .exponentialHistogram(_, .cumulative): self = .exponentialHistogram
        case .sum, .histogram, .exponentialHistogram: return nil
        }
    }
}

extension ResourceMetrics {
    /// Adds points to a metric, and adds the metric to its scope if it is not there.
    fileprivate mutating func add(_ metric: Metric, of scope: Scope) {
        let index = scopes.firstIndex { $0.scope == scope } ?? scopes.count
        if index == scopes.count {
            scopes.append(ScopeMetrics(scope: scope, metrics: []))
        }
        let same = scopes[index].metrics.firstIndex {
            $0.name == metric.name && $0.data.isSameKind(as: metric.data)
        }
        if let same {
            let data = scopes[index].metrics[same].data
            scopes[index].metrics[same].data = data.appending(metric.data)
        } else {
            scopes[index].metrics.append(metric)
        }
    }
}

extension Metric.Data {
    fileprivate func isSameKind(as other: Self) -> Bool {
        SeriesEndings.Kind(self) == SeriesEndings.Kind(other)
    }
}

/// Compares the series of two collections of a metric.
private struct SeriesDifference {
    /// The index of each later series in the earlier collection; nil for new ones.
    var places: [Int?]
    /// The indexes of the earlier series that are not in the later collection.
    var gone: [Int] = []

    init(from earlier: [Attributes], to later: [Attributes]) {
        // Usually nothing changes, and sets that a producer keeps share their storage, which makes the comparison fast.
        guard earlier != later else {
            places = Array(earlier.indices)
            return
        }
        var rest = Dictionary(zip(earlier, earlier.indices)) { $1 }
        places = later.map { rest.removeValue(forKey: $0) }
        gone = rest.values.sorted()
    }
}

/// Turns points into the last ones of their series.
private struct Ends: PointChange {
    /// The points.
    var places: [Int]
    /// When the series ended.
    var time: Timestamp

    func change<Point: DataPoint>(_ points: [Point]) -> [Point] {
        places.map { points[$0].ended(at: time) }
    }
}

/// Gives each point a start, unless its own is later.
private struct LaterStarts: PointChange {
    var starts: [Timestamp]

    func change<Point: DataPoint>(_ points: [Point]) -> [Point] {
        zip(points, starts).map { point, start in
            var point = point
            point.start = max(point.start, start)
            return point
        }
    }
}
