extension Distribution {
    /// The scale at which the kernel counts durations.
    private static let scale: Int32 = 3

    /// The index of the first bucket after the zero bucket, at that scale.
    private static let firstIndex = -160

    /// The greatest number of buckets of an exponential histogram (OpenTelemetry specification, `metrics/sdk.md`,
    /// "MaxSize").
    private static let maximumSize = 160

    /// The upper bound of bucket 0, in seconds.
    package static let zeroThreshold = 0x1p-20

    /// The buckets without the zero bucket, merged in groups of 2^`shift`, from the first to the last that is not
    /// empty.
    ///
    /// An index shifted right is the index at the smaller scale ("perfect subsetting": OpenTelemetry specification,
    /// `metrics/data-model.md`), so the result is the same as if it had been counted at that scale.
    func buckets(shift: Int) -> ExponentialHistogramDataPoint.Buckets {
        // The first and the last bucket of the range are not empty, unless the first is the zero bucket.
        guard let last = filledRange.last, last > 0,
            let first = filledRange.first(where: { $0 > 0 && count(of: $0) > 0 })
        else { return .init() }
        func index(_ bucket: Int) -> Int { (bucket - 1 + Self.firstIndex) >> shift }
        var merged = [UInt64](repeating: 0, count: index(last) - index(first) + 1)
        for bucket in first...last {
            merged[index(bucket) - index(first)] &+= count(of: bucket)
        }
        return .init(offset: Int32(index(first)), counts: merged)
    }

    /// An exponential histogram in seconds, at the greatest scale up to 3 that needs no more than 160 buckets.
    ///
    /// - Parameters:
    ///   - attributes: The attributes of the series.
    ///   - start: When counting began.
    ///   - time: When the distribution was read.
    /// - Returns: The point; if the distribution is empty, it has no buckets.
    package func exponentialPoint(
        attributes: Attributes,
        start: Timestamp,
        time: Timestamp
    ) -> ExponentialHistogramDataPoint {
        // Two steps are always enough: there are 384 buckets.
        var shift = 0
        var buckets = buckets(shift: shift)
        while buckets.counts.count > Self.maximumSize {
            shift += 1
            buckets = self.buckets(shift: shift)
        }
        return ExponentialHistogramDataPoint(
            attributes: attributes,
            start: start,
            time: time,
            count: count,
            sum: seconds,
            scale: Self.scale - Int32(shift),
            zeroCount: count(of: 0),
            zeroThreshold: Self.zeroThreshold,
            positive: buckets
        )
    }
}
