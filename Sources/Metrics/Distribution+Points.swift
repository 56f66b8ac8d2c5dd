extension Distribution {
    /// The scale at which durations are counted.
    private static let scale: Int32 = 3

    /// The index, at that scale, of the first bucket after that of zero.
    private static let firstIndex = -160

    /// The most buckets of an exponential histogram (OpenTelemetry specification, `metrics/sdk.md`, "MaxSize").
    private static let maximumSize = 160

    /// The upper bound of bucket 0, in seconds.
    static let zeroThreshold = 0x1p-20

    /// The buckets without that of zero, each 2^`shift` merged into one, from the first to the last that has any.
    ///
    /// An index shifted right is the index at the smaller scale ("perfect subsetting": OpenTelemetry specification,
    /// `metrics/data-model.md`), so the result is what counting at that scale would have given.
    func buckets(shift: Int) -> ExponentialHistogramDataPoint.Buckets {
        let positive = counts.dropFirst()
        guard let first = positive.firstIndex(where: { $0 > 0 }), let last = positive.lastIndex(where: { $0 > 0 })
        else { return .init() }
        func index(_ bucket: Int) -> Int { (bucket - 1 + Self.firstIndex) >> shift }
        var merged = [UInt64](repeating: 0, count: index(last) - index(first) + 1)
        for bucket in first...last {
            merged[index(bucket) - index(first)] &+= counts[bucket]
        }
        return .init(offset: Int32(index(first)), counts: merged)
    }

    /// A point of an exponential histogram in seconds, at the greatest scale up to 3 that needs no more than 160 buckets.
    ///
    /// - Parameters:
    ///   - attributes: What tells the series from others.
    ///   - start: When counting began.
    ///   - time: When the distribution was read.
    /// - Returns: The point, with an empty distribution one without buckets.
    package func exponentialPoint(
        attributes: Attributes,
        start: Timestamp,
        time: Timestamp
    ) -> ExponentialHistogramDataPoint {
        // Two steps always do: there are 384 buckets.
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
            zeroCount: counts[0],
            zeroThreshold: Self.zeroThreshold,
            positive: buckets
        )
    }
}
