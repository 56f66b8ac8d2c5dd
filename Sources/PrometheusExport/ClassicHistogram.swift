internal import Metrics

/// A histogram of Prometheus' text formats: counts between fixed bounds.
struct ClassicHistogram: Equatable {
    /// The inclusive upper bounds of all buckets but the last, in increasing order.
    let bounds: [Double]
    /// The number of measurements in the bucket below each bound.
    let counts: [UInt64]
    /// The number of measurements.
    let count: UInt64
    /// The sum of all measurements.
    let sum: Double?
    /// When counting began.
    let start: Timestamp

    /// Creates a histogram with the same buckets.
    init(_ point: HistogramDataPoint) {
        bounds = point.explicitBounds
        counts = Array(point.bucketCounts.prefix(point.explicitBounds.count))
        count = point.count
        sum = point.sum
        start = point.start
    }

    /// Merges the buckets of an exponential histogram between powers of two, which are bounds at every scale from 0 up,
    /// so no count has to be divided.
    ///
    /// Finer bounds would appear and disappear when the range of measurements grows and the scale decreases, and each
    /// bound is a series to Prometheus.
    init(_ point: ExponentialHistogramDataPoint) {
        var bounds = [point.zeroThreshold]
        var counts = [point.zeroCount]
        for (place, count) in point.positive.counts.enumerated() {
            let bound = Self.upperBound(Int(point.positive.offset) + place, of: point)
            // Greater values are in the last bucket, which holds everything.
            guard bound.isFinite else { break }
            if bound > bounds[bounds.count - 1] {
                bounds.append(bound)
                counts.append(count)
            } else {
                counts[counts.count - 1] &+= count
            }
        }
        self.bounds = bounds
        self.counts = counts
        count = point.count
        sum = point.sum
        start = point.start
    }

    /// The power of two at or above the upper bound of a bucket.
    private static func upperBound(_ index: Int, of point: ExponentialHistogramDataPoint) -> Double {
        let exponent = point.exponent(above: index)
        // Limited to the range of finite numbers.
        return exponent > 1023 ? .infinity : Double(sign: .plus, exponent: max(exponent, -1074), significand: 1)
    }
}
