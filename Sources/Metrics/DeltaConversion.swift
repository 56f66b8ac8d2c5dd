/// Converts cumulative points to deltas for an exporter that wants them.
///
/// A delta begins where the previous one ended (OpenTelemetry specification, `metrics/sdk.md`, "MetricReader"). A new
/// series begins at the previous collection; after a reset, the delta is the count since the reset. A series that is
/// absent from its metric has ended. A metric that is absent was not collected; its next deltas cover that gap.
///
/// It can be saved; another process then continues the deltas.
package struct DeltaConversion: Sendable, Codable {
    /// Identifies a metric.
    private struct StreamKey: Hashable, Sendable, Codable {
        var resource: Attributes
        var scope: Scope
        var name: String
    }

    /// The points of a metric at its last collection.
    private struct Stream: Sendable, Codable {
        var time: Timestamp?
        var numbers: [Attributes: NumberDataPoint] = [:]
        var histograms: [Attributes: HistogramDataPoint] = [:]
        var exponentialHistograms: [Attributes: ExponentialHistogramDataPoint] = [:]
    }

    private let preference: TemporalityPreference
    private var streams: [StreamKey: Stream] = [:]

    /// Creates a conversion to `preference`; ``TemporalityPreference/cumulative`` changes nothing.
    package init(_ preference: TemporalityPreference) {
        self.preference = preference
    }

    /// Converts the metrics of the next collection to the preferred temporality.
    ///
    /// - Parameters:
    ///   - metrics: The metrics.
    ///   - isComplete: Whether no producer failed. Otherwise resources that are absent may come back, and their next
    ///     deltas cover the gap.
    /// - Returns: The metrics in the preferred temporality.
    package mutating func convert(_ metrics: [ResourceMetrics], isComplete: Bool = true) -> [ResourceMetrics] {
        guard preference != .cumulative else { return metrics }
        // A resource that changed or ended does not come back; its points would be kept for ever.
        if isComplete {
            let resources = Set(metrics.map(\.resource.attributes))
            streams = streams.filter { resources.contains($0.key.resource) }
        }
        var metrics = metrics
        for resource in metrics.indices {
            for scope in metrics[resource].scopes.indices {
                let scopeMetrics = metrics[resource].scopes[scope]
                for (index, metric) in scopeMetrics.metrics.enumerated() {
                    let key = StreamKey(
                        resource: metrics[resource].resource.attributes,
                        scope: scopeMetrics.scope,
                        name: metric.name
                    )
                    metrics[resource].scopes[scope].metrics[index].data = convert(metric.data, of: key)
                }
            }
        }
        return metrics
    }

    /// Continues the streams of the resource `old` under the resource `new`, from the next collection on.
    package mutating func rename(_ old: Attributes, to new: Attributes) {
        guard old != new else { return }
        rename([old: new])
    }

    /// Continues the streams of each resource that is a key under the resource that is its value.
    ///
    /// All at once, so that two resources can swap their attributes.
    package mutating func rename(_ names: [Attributes: Attributes]) {
        guard !names.isEmpty else { return }
        let moved = streams.filter { names[$0.key.resource] != nil }
        for key in moved.keys { streams[key] = nil }
        for (key, stream) in moved {
            guard let new = names[key.resource] else { continue }
            streams[StreamKey(resource: new, scope: key.scope, name: key.name)] = stream
        }
    }

    private mutating func convert(_ data: Metric.Data, of key: StreamKey) -> Metric.Data {
        var stream = streams[key] ?? Stream()
        defer { streams[key] = stream }
        switch data {
        case .sum(let points, .cumulative, isMonotonic: true) where preference == .delta:
            return .sum(Self.deltas(points, &stream.numbers, &stream.time), .delta, isMonotonic: true)
        case .histogram(let points, .cumulative):
            return .histogram(Self.deltas(points, &stream.histograms, &stream.time), .delta)
        case .exponentialHistogram(let points, .cumulative):
            let deltas = Self.deltas(points, &stream.exponentialHistograms, &stream.time)
            return .exponentialHistogram(deltas, .delta)
        case .sum, .gauge, .histogram, .exponentialHistogram:
            return data
        }
    }

    private static func deltas<Point: CumulativePoint>(
        _ points: [Point],
        _ previous: inout [Attributes: Point],
        _ time: inout Timestamp?
    ) -> [Point] {
        let before = time
        let deltas = points.map { point in
            guard !point.isEnd else { return point }
            guard let earlier = previous[point.attributes] else {
                var point = point
                point.start = before.map { max($0, point.start) } ?? point.start
                return point
            }
            guard earlier.start == point.start, var delta = point.subtracting(earlier) else { return point }
            delta.start = earlier.time
            return delta
        }
        previous = Dictionary(points.lazy.filter { !$0.isEnd }.map { ($0.attributes, $0) }) { $1 }
        time = points.first?.time ?? time
        return deltas
    }
}

/// A point with a count since its start.
///
/// An earlier one with the same start can be subtracted.
private protocol CumulativePoint: DataPoint {
    /// The difference to `earlier`, or nil if the count was reset since.
    func subtracting(_ earlier: Self) -> Self?
}

extension NumberDataPoint: CumulativePoint {
    fileprivate func subtracting(_ earlier: NumberDataPoint) -> NumberDataPoint? {
        var delta = self
        switch (value, earlier.value) {
        case (.int(let now), .int(let before)) where now >= before: delta.value = .int(now &- before)
        case (.double(let now), .double(let before)) where now >= before: delta.value = .double(now - before)
        default: return nil
        }
        return delta
    }
}

extension HistogramDataPoint: CumulativePoint {
    fileprivate func subtracting(_ earlier: HistogramDataPoint) -> HistogramDataPoint? {
        guard explicitBounds == earlier.explicitBounds, bucketCounts.count == earlier.bucketCounts.count,
            let counts = bucketCounts.subtracting(earlier.bucketCounts, at: 0)
        else { return nil }
        var delta = self
        delta.bucketCounts = counts
        delta.count = counts.reduce(0, &+)
        delta.sum = difference(sum, earlier.sum, isEmpty: delta.count == 0)
        return delta
    }
}

extension ExponentialHistogramDataPoint: CumulativePoint {
    /// As the range widens the scale only decreases, so the earlier buckets can be merged exactly into the later ones.
    fileprivate func subtracting(_ earlier: ExponentialHistogramDataPoint) -> ExponentialHistogramDataPoint? {
        guard scale <= earlier.scale, zeroCount >= earlier.zeroCount, zeroThreshold == earlier.zeroThreshold else {
            return nil
        }
        let before = earlier.positive.merged(by: earlier.scale &- scale)
        guard let counts = positive.counts.subtracting(before.counts, at: Int(before.offset) - Int(positive.offset))
        else { return nil }
        var delta = self
        delta.zeroCount = zeroCount &- earlier.zeroCount
        let first = counts.firstIndex { $0 > 0 } ?? 0
        let last = counts.lastIndex { $0 > 0 } ?? -1
        delta.positive =
            last < first
            ? Buckets()
            : Buckets(
                offset: positive.offset &+ Int32(clamping: first),
                counts: Array(counts[first...last])
            )
        delta.count = counts.reduce(delta.zeroCount, &+)
        delta.sum = difference(sum, earlier.sum, isEmpty: delta.count == 0)
        return delta
    }
}

extension ExponentialHistogramDataPoint.Buckets {
    /// The buckets at a scale lower by `shift`.
    ///
    /// An index shifted right is the index at the lower scale.
    fileprivate func merged(by shift: Int32) -> Self {
        guard shift > 0, !counts.isEmpty else { return self }
        let first = Int(offset) >> Int(shift)
        var merged = [UInt64](repeating: 0, count: ((Int(offset) + counts.count - 1) >> Int(shift)) - first + 1)
        for (index, count) in counts.enumerated() {
            merged[((Int(offset) + index) >> Int(shift)) - first] &+= count
        }
        return Self(offset: Int32(clamping: first), counts: merged)
    }
}

extension [UInt64] {
    /// These counts minus `others`, whose first element corresponds to `offset`; nil if `others` has more anywhere.
    fileprivate func subtracting(_ others: [UInt64], at offset: Int) -> [UInt64]? {
        var difference = self
        for (index, other) in others.enumerated() where other > 0 {
            let place = index + offset
            guard indices.contains(place), self[place] >= other else { return nil }
            difference[place] &-= other
        }
        return difference
    }
}

/// The sum of the measurements in between: zero if there were none, and never negative through rounding.
private func difference(_ now: Double?, _ before: Double?, isEmpty: Bool) -> Double? {
    guard let now, let before else { return nil }
    return isEmpty ? 0 : max(0, now - before)
}
