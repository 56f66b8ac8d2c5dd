import Glibc
import Metrics

/// How many measurements fell into each bucket of an exponential histogram, of several series together.
struct BucketCounts: Equatable {
    /// The resolution: a bound is 2^(2^-scale) times the one before it.
    private(set) var scale: Int32 = .max
    /// The measurements of each bucket by its index; without those that have none.
    private(set) var counts: [Int: UInt64] = [:]
    /// The measurements that are too small for a bucket.
    private(set) var zeroCount: UInt64 = 0
    /// Their upper bound, in seconds.
    private(set) var zeroThreshold = 0.0

    /// The number of measurements.
    var count: UInt64 { counts.values.reduce(zeroCount, &+) }

    /// Adds the measurements of a series.
    mutating func add(_ point: ExponentialHistogramDataPoint) {
        var other = BucketCounts()
        other.scale = point.scale
        for (position, count) in point.positive.counts.enumerated() where count > 0 {
            other.counts[Int(point.positive.offset) &+ position] = count
        }
        (other.zeroCount, other.zeroThreshold) = (point.zeroCount, point.zeroThreshold)
        combine(with: other) { $0 &+ $1 }
    }

    /// What has been measured since an earlier reading of the same series; all of it when this is no later reading.
    func increase(since earlier: BucketCounts) -> BucketCounts {
        guard count >= earlier.count else { return self }
        var increase = self
        increase.combine(with: earlier) { $0 > $1 ? $0 &- $1 : 0 }
        return increase
    }

    private mutating func combine(with other: BucketCounts, _ operation: (UInt64, UInt64) -> UInt64) {
        let common = min(scale, other.scale)
        let (own, others) = (self.rescaled(to: common), other.rescaled(to: common))
        self = own
        for (index, count) in others.counts {
            counts[index] = operation(counts[index] ?? 0, count)
        }
        counts = counts.filter { $0.value > 0 }
        zeroCount = operation(zeroCount, others.zeroCount)
        zeroThreshold = max(zeroThreshold, others.zeroThreshold)
    }

    /// The same measurements at a smaller scale, where neighbouring buckets are one.
    private func rescaled(to scale: Int32) -> BucketCounts {
        guard scale < self.scale, !counts.isEmpty else {
            var same = self
            same.scale = scale
            return same
        }
        var result = self
        result.scale = scale
        result.counts = [:]
        for (index, count) in counts {
            result.counts[index >> Int(self.scale - scale), default: 0] &+= count
        }
        return result
    }

    /// The measurement, in seconds, that the share `quantile` of all do not exceed; `nil` when there are none.
    ///
    /// It is off by less than the width of a bucket, which at scale 3 is 9 %.
    func quantile(_ quantile: Double) -> Double? {
        let total = count
        guard total > 0 else { return nil }
        let rank = max(1, (quantile * Double(total)).rounded(.up))
        var below = Double(zeroCount)
        guard rank > below else { return zeroThreshold }
        for (index, count) in counts.sorted(by: { $0.key < $1.key }) {
            let upTo = below + Double(count)
            if rank <= upTo {
                // Within a bucket measurements are taken to be spread evenly on a scale of powers.
                let position = Double(index) + (rank - below - 0.5) / Double(count)
                return exp2(position * exp2(-Double(scale)))
            }
            below = upTo
        }
        return nil
    }
}
