internal import Metrics

/// A distribution as Prometheus' text formats can have it: counts between fixed bounds.
struct ClassicHistogram: Equatable {
    /// The upper bounds of all buckets but the last, inclusive, increasing.
    let bounds: [Double]
    /// The measurements of the bucket below each bound.
    let counts: [UInt64]
    /// The number of measurements.
    let count: UInt64
    /// The sum of all measurements.
    let sum: Double?
    /// When counting began.
    let start: Timestamp

    /// Takes a histogram as it is.
    init(_ point: HistogramDataPoint) {
        bounds = point.explicitBounds
        counts = Array(point.bucketCounts.prefix(point.explicitBounds.count))
        count = point.count
        sum = point.sum
        start = point.start
    }

    /// Merges the buckets of an exponential histogram between powers of two, which are bounds at every scale from 0 up, so
    /// that no count has to be divided.
    ///
    /// Finer bounds would come and go as the range of what is measured grows and the scale falls with it, and to Prometheus a
    /// bound is a series.
    init(_ point: ExponentialHistogramDataPoint) {
        var bounds = [point.zeroThreshold]
        var counts = [point.zeroCount]
        for (place, count) in point.positive.counts.enumerated() {
            let bound = Self.upperBound(Int(point.positive.offset) + place, of: point)
            // What is above the greatest number is in the last bucket, which is everything.
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

    /// The power of two that a bucket ends at or before.
    private static func upperBound(_ index: Int, of point: ExponentialHistogramDataPoint) -> Double {
        let exponent = point.exponent(above: index)
        // Below the smallest number and above the greatest.
        return exponent > 1023 ? .infinity : Double(sign: .plus, exponent: max(exponent, -1074), significand: 1)
    }
}
