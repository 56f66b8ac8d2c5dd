internal import COTLP
internal import Metrics

extension Wire.NumberDataPoint {
    init(_ point: NumberDataPoint, in arena: Arena) {
        unsafe self.init(common: point, in: arena)
        switch point.value {
        case _ where point.isEnd:
            // The end of a series has no value.
            break
        case .int(let value):
            unsafe value_case = .int
            unsafe as_int = value
        case .double(let value):
            unsafe value_case = .double
            unsafe as_double = value
        }
    }
}

extension Wire.HistogramDataPoint {
    init(_ point: HistogramDataPoint, in arena: Arena) {
        unsafe self.init(common: point, in: arena)
        unsafe count = point.count
        if let sum = point.sum {
            unsafe _sum_case = .sum
            unsafe self.sum = sum
        }
        unsafe (bucket_counts, n_bucket_counts) = (arena.store(point.bucketCounts), point.bucketCounts.count)
        unsafe (explicit_bounds, n_explicit_bounds) = (arena.store(point.explicitBounds), point.explicitBounds.count)
        if let minimum = point.extremes.minimum {
            unsafe _min_case = .minimum
            unsafe min = minimum
        }
        if let maximum = point.extremes.maximum {
            unsafe _max_case = .maximum
            unsafe max = maximum
        }
    }
}

extension Wire.ExponentialHistogramDataPoint {
    init(_ point: ExponentialHistogramDataPoint, in arena: Arena) {
        unsafe self.init(common: point, in: arena)
        unsafe count = point.count
        if let sum = point.sum {
            unsafe _sum_case = .sum
            unsafe self.sum = sum
        }
        unsafe scale = point.scale
        unsafe zero_count = point.zeroCount
        unsafe zero_threshold = point.zeroThreshold
        unsafe positive = arena.store(Wire.Buckets(point.positive, in: arena))
        if !point.negative.counts.isEmpty {
            unsafe negative = arena.store(Wire.Buckets(point.negative, in: arena))
        }
        if let minimum = point.extremes.minimum {
            unsafe _min_case = .minimum
            unsafe min = minimum
        }
        if let maximum = point.extremes.maximum {
            unsafe _max_case = .maximum
            unsafe max = maximum
        }
    }
}

extension Wire.Buckets {
    init(_ buckets: ExponentialHistogramDataPoint.Buckets, in arena: Arena) {
        unsafe self = .empty
        unsafe offset = buckets.offset
        unsafe (bucket_counts, n_bucket_counts) = (arena.store(buckets.counts), buckets.counts.count)
    }
}
