package import Findings
package import Metrics
import PrometheusNames

/// Computes signals from collections of one agent, as a backend would by PromQL from the stored series.
///
/// Two things differ, both because more is known here. A counter that appears later has begun at zero, so its first
/// value counts. A stock that is missing in a collection is zero, so it has not lasted.
package struct SignalEvaluator {
    /// A series: a metric with attributes.
    private struct Key: Hashable {
        var metric: String
        var attributes: Attributes
    }

    /// What a counter or a bucket has increased by.
    private struct Increase {
        var last: [Double]
        var total: [Double]
        /// The upper bounds of buckets; empty for a counter.
        var bounds: [Double]

        /// Adds a newer reading; a smaller number means that counting began anew.
        mutating func add(_ values: [Double], _ newBounds: [Double]) {
            guard values.count == last.count, newBounds == bounds else {
                (last, total, bounds) = (values, values, newBounds)
                return
            }
            let isReset = zip(values, last).contains { $0 < $1 }
            for place in values.indices {
                total[place] += isReset ? values[place] : values[place] - last[place]
            }
            last = values
        }
    }

    private let selectors: [String: [Selector]]
    private let start: Timestamp
    private var times: (first: Timestamp, last: Timestamp)?
    private var collections = 0
    private var sums: [Selector: [[String: String]: Double]] = [:]
    private var lowest: [Selector: [[String: String]: Double]] = [:]
    private var highest: [Selector: [[String: String]: Double]] = [:]
    private var flows: [Key: Increase] = [:]

    /// Creates an evaluator without collections.
    ///
    /// - Parameters:
    ///   - signals: The signals that it can compute.
    ///   - start: When the agent began to count.
    package init(of signals: some Sequence<Signal>, since start: Timestamp) {
        self.start = start
        selectors = Dictionary(grouping: Set(signals.flatMap(\.selectors)), by: \.metric)
    }

    /// Adds a collection.
    package mutating func add(_ metrics: [Metric], at time: Timestamp) {
        var now: [Selector: [[String: String]: Double]] = [:]
        for metric in metrics {
            guard let selectors = selectors[metric.name] else { continue }
            switch metric.inForm(.explicitBuckets).data {
            case .gauge(let points), .sum(let points, _, isMonotonic: false):
                for selector in selectors { add(points, to: selector, &now) }
            case .sum(let points, _, isMonotonic: true):
                for point in points where !point.isEnd { follow(point, of: metric.name, [point.value.double], []) }
            case .histogram(let points, _):
                for point in points where !point.isEnd {
                    follow(point, of: metric.name, point.bucketCounts.map(Double.init), point.explicitBounds)
                }
            case .exponentialHistogram: break
            }
        }
        for selector in Set(now.keys).union(lowest.keys) {
            let values = now[selector] ?? [:]
            lowest[selector] = Self.lowest(lowest[selector] ?? [:], values, isFirst: collections == 0)
        }
        sums = now
        collections += 1
        times = (times?.first ?? time, time)
    }

    private static func lowest(
        _ old: [[String: String]: Double],
        _ new: [[String: String]: Double],
        isFirst: Bool
    ) -> [[String: String]: Double] {
        isFirst ? new : Set(old.keys).union(new.keys).reduce(into: [:]) { $0[$1] = min(old[$1] ?? 0, new[$1] ?? 0) }
    }

    private mutating func add(
        _ points: [NumberDataPoint],
        to selector: Selector,
        _ now: inout [Selector: [[String: String]: Double]]
    ) {
        for point in points where !point.isEnd && selector.selects(point.attributes) {
            let group = selector.group(of: point.attributes)
            now[selector, default: [:]][group, default: 0] += point.value.double
            let value = max(highest[selector]?[group] ?? -.infinity, point.value.double)
            highest[selector, default: [:]][group] = value
        }
    }

    private mutating func follow(_ point: some DataPoint, of metric: String, _ values: [Double], _ bounds: [Double]) {
        let key = Key(metric: metric, attributes: point.attributes)
        guard flows[key] == nil else {
            flows[key]?.add(values, bounds)
            return
        }
        // What is older than the agent has counted before; what is younger began at zero.
        let isNew = collections > 0 && point.start >= start
        flows[key] = Increase(last: values, total: isNew ? values : values.map { _ in 0 }, bounds: bounds)
    }

    /// The values of a signal, one for each group, in no order; none before there are enough collections.
    package func values(of signal: Signal) -> [Sample] {
        switch signal {
        case .sum(let selector): samples(sums[selector])
        case .peak(let selector): samples(highest[selector])
        case .lasting(let selector): samples(lowest[selector])
        case .rate(let selector): rates(selector)
        case .quantile(let quantile, let selector): quantiles(quantile, selector)
        case .share(let part, let whole): shares(values(of: part), whole)
        }
    }

    private func samples(_ values: [[String: String]: Double]?) -> [Sample] {
        (values ?? [:]).map { Sample($0.key, $0.value) }
    }

    /// The time between the first and the last collection in seconds.
    private var elapsed: Double? {
        guard let times, times.last > times.first else { return nil }
        return Double(times.last.unixNanoseconds - times.first.unixNanoseconds) / 1e9
    }

    private func increases(_ selector: Selector) -> [(group: [String: String], increase: Increase)] {
        flows.compactMap { key, increase in
            guard key.metric == selector.metric, selector.selects(key.attributes) else { return nil }
            return (selector.group(of: key.attributes), increase)
        }
    }

    private func rates(_ selector: Selector) -> [Sample] {
        guard let elapsed else { return [] }
        let sums = increases(selector).reduce(into: [[String: String]: Double]()) { sums, flow in
            sums[flow.group, default: 0] += flow.increase.total.first ?? 0
        }
        return sums.map { Sample($0.key, $0.value / elapsed) }
    }

    private func quantiles(_ quantile: Double, _ selector: Selector) -> [Sample] {
        guard elapsed != nil else { return [] }
        var buckets: [[String: String]: (bounds: [Double], counts: [Double])] = [:]
        for (group, increase) in increases(selector) {
            // All series of a metric have the same bounds.
            guard let known = buckets[group], known.bounds == increase.bounds else {
                buckets[group] = (increase.bounds, increase.total)
                continue
            }
            buckets[group]?.counts = zip(known.counts, increase.total).map(+)
        }
        return buckets.map { Sample($0.key, Self.quantile(quantile, $0.value.bounds, $0.value.counts)) }
    }

    private func shares(_ parts: [Sample], _ whole: Signal) -> [Sample] {
        let wholes = values(of: whole).reduce(into: [:]) { $0[$1.labels] = $1.value }
        let labels = Set(whole.groups.map(PrometheusName.label))
        return parts.compactMap { part in
            guard let whole = wholes[part.labels.filter { labels.contains($0.key) }] else { return nil }
            return Sample(part.labels, part.value / whole)
        }
    }

    /// The quantile of counts in buckets, computed in the way of `histogram_quantile`.
    ///
    /// Within a bucket the measurements are taken as spread evenly. Of the last bucket only its lower bound is known.
    ///
    /// - Parameters:
    ///   - quantile: From 0 to 1.
    ///   - bounds: The upper bounds, one fewer than there are counts.
    ///   - counts: The number of measurements in each bucket.
    /// - Returns: The quantile; NaN without measurements.
    static func quantile(_ quantile: Double, _ bounds: [Double], _ counts: [Double]) -> Double {
        let total = counts.reduce(0, +)
        guard total > 0, let last = bounds.last else { return .nan }
        var rank = quantile * total
        for (place, bound) in bounds.enumerated() {
            if counts[place] >= rank {
                let lower = place == 0 ? (bound > 0 ? 0 : bound) : bounds[place - 1]
                return counts[place] > 0 ? lower + (bound - lower) * (rank / counts[place]) : lower
            }
            rank -= counts[place]
        }
        return last
    }
}

extension Selector {
    /// Whether a series with these attributes is selected.
    fileprivate func selects(_ attributes: Attributes) -> Bool {
        matches.allSatisfy { key, match in match.allows(attributes[key]?.description) }
    }

    /// The labels of the group that a series belongs to; an absent attribute has no label.
    fileprivate func group(of attributes: Attributes) -> [String: String] {
        groups.reduce(into: [:]) { labels, key in labels[PrometheusName.label(key)] = attributes[key]?.description }
    }
}

extension Number {
    /// The number as a floating-point number.
    fileprivate var double: Double {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        }
    }
}
