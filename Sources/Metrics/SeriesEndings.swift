/// Tells the receiver of one exporter which series have ended, once each.
///
/// A receiver of cumulative points can't tell a series that is no more from one that is late, and shows its last value
/// for minutes. So a series that is absent from its metric gets a last point without a value (`DataPointFlags` of
/// `metrics.proto`), at the first collection without it that the exporter gets. A metric that is absent has ended, too,
/// unless it may only have failed.
///
/// Deltas need none of this: what has no point adds nothing.
package struct SeriesEndings: Sendable {
    /// What is told apart; a metric that is of another kind than before is another one to receivers.
    private struct StreamKey: Hashable, Sendable {
        var resource: Resource
        var scope: Scope
        var name: String
        var kind: Kind
    }

    fileprivate enum Kind: Sendable {
        case gauge
        case stock
        case counter
        case histogram
        case exponentialHistogram
    }

    /// A metric as it was last.
    private struct Stream: Sendable {
        var metric: Metric
        var attributes: [Attributes]
        var starts: [Timestamp]
        var time: Timestamp
    }

    /// How far behind its value a last point is: backends tell times apart by milliseconds.
    private static let distance: Int64 = 1_000_000

    private var streams: [StreamKey: Stream] = [:]

    /// Creates endings of nothing yet.
    package init() {}

    /// Adds to the metrics of a collection a last point for each series that has ended since the one before.
    ///
    /// A stock's series that comes later, or comes again, starts at the collection before, and not before its own end.
    ///
    /// - Parameters:
    ///   - metrics: What the exporter is to get.
    ///   - time: The moment of the collection.
    ///   - isComplete: Whether all that should have been collected was.
    ///   - isLast: Whether there will be no other collection; then all stocks end behind their values.
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

    /// The last points of all stocks, for an exporter that gets no more.
    package mutating func end(at time: Timestamp) -> [ResourceMetrics] {
        var metrics: [ResourceMetrics] = []
        end(stocks, of: &metrics, at: time)
        streams = [:]
        return metrics
    }

    /// What only a living agent can know; counters stay true.
    private var stocks: Set<StreamKey> {
        Set(streams.keys.filter { $0.kind == .stock || $0.kind == .gauge })
    }

    /// The points of a metric, and a last one for each series that is no more.
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
        streams[key] = Stream(metric: kept, attributes: attributes, starts: data.starts, time: time)
        return ended.map { data.appending($0) } ?? data
    }

    /// Ends all series of metrics that are no more, under the resource and the scope that they had.
    private mutating func end(_ keys: Set<StreamKey>, of metrics: inout [ResourceMetrics], at time: Timestamp) {
        for key in keys.sorted(by: { $0.name < $1.name }) {
            guard let stream = streams.removeValue(forKey: key), !stream.attributes.isEmpty else { continue }
            var metric = stream.metric
            metric.data = metric.data.changed(by: Ends(places: Array(stream.attributes.indices), time: time))
            metrics.add(metric, of: key.resource, key.scope)
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

extension [ResourceMetrics] {
    /// Adds points to a metric, which comes to its resource and scope if it is not there.
    fileprivate mutating func add(_ metric: Metric, of resource: Resource, _ scope: Scope) {
        let place = firstIndex { $0.resource == resource } ?? count
        if place == count {
            append(ResourceMetrics(resource: resource, scopes: []))
        }
        let scopes = self[place].scopes
        let index = scopes.firstIndex { $0.scope == scope } ?? scopes.count
        if index == scopes.count {
            self[place].scopes.append(ScopeMetrics(scope: scope, metrics: []))
        }
        let metrics = self[place].scopes[index].metrics
        let same = metrics.firstIndex { $0.name == metric.name && $0.data.isSameKind(as: metric.data) }
        if let same {
            self[place].scopes[index].metrics[same].data = metrics[same].data.appending(metric.data)
        } else {
            self[place].scopes[index].metrics.append(metric)
        }
    }
}

extension Metric.Data {
    fileprivate func isSameKind(as other: Self) -> Bool {
        SeriesEndings.Kind(self) == SeriesEndings.Kind(other)
    }
}

/// Which series are in two collections of a metric.
private struct SeriesDifference {
    /// Where each series of the later collection stands in the earlier one; nil for what is new.
    var places: [Int?]
    /// Where those stand in the earlier one that are not in the later one.
    var gone: [Int] = []

    init(from earlier: [Attributes], to later: [Attributes]) {
        // Mostly nothing comes or goes, and sets that a producer keeps are the same storage, which is compared at once.
        guard earlier != later else {
            places = Array(earlier.indices)
            return
        }
        var rest = Dictionary(zip(earlier, earlier.indices)) { $1 }
        places = later.map { rest.removeValue(forKey: $0) }
        gone = rest.values.sorted()
    }
}

/// Turns points into last ones of their series.
private struct Ends: PointChange {
    /// The points.
    var places: [Int]
    /// When they ended.
    var time: Timestamp

    func change<Point: DataPoint>(_ points: [Point]) -> [Point] {
        places.map { points[$0].ended(at: time) }
    }
}

/// Gives each point a start, unless it has a later one.
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
