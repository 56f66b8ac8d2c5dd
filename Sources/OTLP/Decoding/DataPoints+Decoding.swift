internal import COTLP
internal import Metrics

/// Whether the flags of a point say that it has no value but marks the end of its series.
private func marksEnd(_ flags: UInt32) -> Bool {
    flags & UInt32(Wire.DataPointFlags.noRecordedValue.rawValue) != 0
}

extension NumberDataPoint {
    /// Creates a point, or `nil` for one without a value.
    init?(_ message: Wire.NumberDataPoint) {
        guard unsafe !marksEnd(message.flags) else { return nil }
        let value: Number
        switch unsafe message.value_case {
        case .int: value = .int(unsafe message.as_int)
        case .double: value = .double(unsafe message.as_double)
        default: return nil
        }
        self.init(
            attributes: unsafe Attributes(RepeatedField(start: message.attributes, count: message.n_attributes)),
            start: Timestamp(unixNanoseconds: unsafe message.start_time_unix_nano),
            time: Timestamp(unixNanoseconds: unsafe message.time_unix_nano),
            value: value
        )
    }
}

extension HistogramDataPoint {
    /// Creates a point, or `nil` for one without a value.
    init?(_ message: Wire.HistogramDataPoint) {
        guard unsafe !marksEnd(message.flags) else { return nil }
        self.init(
            attributes: unsafe Attributes(RepeatedField(start: message.attributes, count: message.n_attributes)),
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
            )
        )
    }
}

extension ExponentialHistogramDataPoint {
    /// Creates a point, or `nil` for one without a value.
    init?(_ message: Wire.ExponentialHistogramDataPoint) {
        guard unsafe !marksEnd(message.flags) else { return nil }
        self.init(
            attributes: unsafe Attributes(RepeatedField(start: message.attributes, count: message.n_attributes)),
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
            )
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
