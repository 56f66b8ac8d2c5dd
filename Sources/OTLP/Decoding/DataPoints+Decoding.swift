internal import COTLP
internal import Metrics

extension NumberDataPoint {
    /// Creates a point; `nil` if it has no value and does not end a series.
    init?(_ message: Wire.NumberDataPoint) {
        let flags = DataPointFlags(rawValue: unsafe message.flags)
        let value: Number
        switch unsafe message.value_case {
        case .int: value = .int(unsafe message.as_int)
        case .double: value = .double(unsafe message.as_double)
        case _ where flags.contains(.noRecordedValue): value = .int(0)
        default: return nil
        }
        self.init(
            attributes: unsafe message.decodedAttributes,
            start: Timestamp(unixNanoseconds: unsafe message.start_time_unix_nano),
            time: Timestamp(unixNanoseconds: unsafe message.time_unix_nano),
            value: value,
            flags: flags
        )
    }
}

extension HistogramDataPoint {
    /// Creates a point.
    init(_ message: Wire.HistogramDataPoint) {
        self.init(
            attributes: unsafe message.decodedAttributes,
            start: Timestamp(unixNanoseconds: unsafe message.start_time_unix_nano),
            time: Timestamp(unixNanoseconds: unsafe message.time_unix_nano),
            count: unsafe message.count,
            sum: unsafe message._sum_case == .sum ? unsafe message.sum : nil,
            bucketCounts: unsafe Array(
                UnsafeBufferPointer(start: message.bucket_counts, count: message.n_bucket_counts)
            ),
            explicitBounds: unsafe Array(
                UnsafeBufferPointer(start: message.explicit_bounds, count: message.n_explicit_bounds)
            ),
            extremes: Extremes(
                minimum: unsafe message._min_case == .minimum ? unsafe message.min : nil,
                maximum: unsafe message._max_case == .maximum ? unsafe message.max : nil
            ),
            flags: DataPointFlags(rawValue: unsafe message.flags)
        )
    }
}

extension ExponentialHistogramDataPoint {
    /// Creates a point.
    init(_ message: Wire.ExponentialHistogramDataPoint) {
        self.init(
            attributes: unsafe message.decodedAttributes,
            start: Timestamp(unixNanoseconds: unsafe message.start_time_unix_nano),
            time: Timestamp(unixNanoseconds: unsafe message.time_unix_nano),
            count: unsafe message.count,
            sum: unsafe message._sum_case == .sum ? unsafe message.sum : nil,
            scale: unsafe message.scale,
            zeroCount: unsafe message.zero_count,
            zeroThreshold: unsafe message.zero_threshold,
            positive: unsafe message.positive.map { unsafe Buckets($0.pointee) } ?? Buckets(),
            negative: unsafe message.negative.map { unsafe Buckets($0.pointee) } ?? Buckets(),
            extremes: Extremes(
                minimum: unsafe message._min_case == .minimum ? unsafe message.min : nil,
                maximum: unsafe message._max_case == .maximum ? unsafe message.max : nil
            ),
            flags: DataPointFlags(rawValue: unsafe message.flags)
        )
    }
}

extension ExponentialHistogramDataPoint.Buckets {
    init(_ message: Wire.Buckets) {
        self.init(
            offset: unsafe message.offset,
            counts: unsafe Array(UnsafeBufferPointer(start: message.bucket_counts, count: message.n_bucket_counts))
        )
    }
}
