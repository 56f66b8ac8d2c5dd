import Metrics
import Rendering

/// The non-empty buckets of a histogram, and those between them, with a bar for each.
struct HistogramChart: Equatable {
    /// A bucket, for values greater than `lower` and not greater than `upper`.
    struct Bucket: Equatable {
        var lower: Double
        var upper: Double
        var count: UInt64
    }

    /// The most bars.
    ///
    /// Neighbouring buckets are merged until there are so few.
    private static let limit = 12
    private static let longestBar = 40

    /// The buckets, in the order of their bounds.
    private(set) var buckets: [Bucket] = []

    /// The chart of a histogram with fixed bounds; empty if the numbers of counts and bounds do not match.
    init(_ point: HistogramDataPoint) {
        guard point.bucketCounts.count == point.explicitBounds.count + 1 else { return }
        let bounds = [-.infinity] + point.explicitBounds + [.infinity]
        buckets = point.bucketCounts.enumerated().map { index, count in
            Bucket(lower: bounds[index], upper: bounds[index + 1], count: count)
        }
        shorten()
    }

    /// The chart of an exponential histogram.
    init(_ point: ExponentialHistogramDataPoint) {
        func bound(_ index: Double) -> Double { ExponentialHistogramDataPoint.bound(index, scale: point.scale) }
        let negative = point.negative.counts.enumerated().reversed().map { index, count in
            let place = Double(point.negative.offset) + Double(index)
            return Bucket(lower: -bound(place + 1), upper: -bound(place), count: count)
        }
        let zero = Bucket(lower: -point.zeroThreshold, upper: point.zeroThreshold, count: point.zeroCount)
        let positive = point.positive.counts.enumerated().map { index, count in
            let place = Double(point.positive.offset) + Double(index)
            return Bucket(lower: bound(place), upper: bound(place + 1), count: count)
        }
        // Each part separately, because there is nothing between them except zero.
        let parts = [negative, zero.count > 0 ? [zero] : [], positive].map { part in
            var chart = Self(part)
            chart.shorten()
            return chart.buckets
        }
        buckets = parts.flatMap(\.self)
    }

    private init(_ buckets: [Bucket]) {
        self.buckets = buckets
    }

    /// Removes the empty buckets at both ends, and merges neighbours.
    private mutating func shorten() {
        guard let first = buckets.firstIndex(where: { $0.count > 0 }),
            let last = buckets.lastIndex(where: { $0.count > 0 })
        else {
            buckets = []
            return
        }
        let filled = Array(buckets[first...last])
        let width = (filled.count + Self.limit - 1) / Self.limit
        buckets = stride(from: 0, to: filled.count, by: width).map { start in
            let part = filled[start..<min(start + width, filled.count)]
            let count = part.reduce(UInt64(0)) { $0 &+ $1.count }
            return Bucket(lower: part[start].lower, upper: part[part.endIndex - 1].upper, count: count)
        }
    }

    /// A line for each bucket: its bounds with their unit, a bar, and its count.
    func lines(unit: String, indentation: Int, _ style: OutputStyle) -> [String] {
        let most = buckets.map(\.count).max() ?? 0
        let names = buckets.map { $0.name(unit: unit, style) }
        let nameWidth = names.map(\.count).max() ?? 0
        let countWidth = "\(most)".count
        let room = style.columns.map { $0 - indentation - nameWidth - countWidth - 4 } ?? Self.longestBar
        return zip(buckets, names).map { bucket, name in
            let bar = BarText.bar(
                Double(bucket.count) / Double(max(most, 1)),
                width: min(Self.longestBar, max(room, 1)),
                style
            )
            let line =
                String(repeating: " ", count: indentation) + name.padded(to: nameWidth, left: true) + "  "
                + "\(bucket.count)".padded(to: countWidth, left: true) + "  "
            let clipped = style.columns.map { style.clip(line, to: $0) } ?? line
            return bar.isEmpty ? String(clipped.dropLast(2)) : clipped + style.paint(bar, .cyan)
        }
    }
}

extension HistogramChart.Bucket {
    /// The bounds, such as `5ms - 10ms`, or the only bound of an open bucket.
    fileprivate func name(unit: String, _ style: OutputStyle) -> String {
        func text(_ value: Double) -> String { MeasureText.text(value, unit: unit) }
        switch (lower, upper) {
        case (-.infinity, .infinity): return "all"
        case (-.infinity, _): return "\(style.isUnicode ? "≤" : "<=") \(text(upper))"
        case (_, .infinity): return "> \(text(lower))"
        case _ where lower == -upper: return upper == 0 ? "0" : "0 \(style.isUnicode ? "±" : "+-") \(text(upper))"
        default: return "\(text(lower)) \(style.isUnicode ? "–" : "-") \(text(upper))"
        }
    }
}
