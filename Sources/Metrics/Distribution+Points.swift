extension Distribution {
    /// The scale at which durations are counted.
    private static let scale: Int32 = 3

    /// The index, at that scale, of the first bucket after that of zero.
    private static let firstIndex = -160

    /// The most buckets of an exponential histogram (OpenTelemetry specification, `metrics/sdk.md`, "MaxSize").
    private static let maximumSize = 160

    /// The upper bound of bucket 0, in seconds.
    static let zeroThreshold = 0x1p-20

    /// The upper bounds of the explicit buckets, in seconds: the powers of two from 2^-20 to 2^28.
    ///
    /// Each is a bound at scale 3 as well, so that no count has to be divided.
    static let explicitBounds = (-20...28).map { Double(sign: .plus, exponent: $0, significand: 1) }

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
    public func exponentialPoint(
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

    /// A point of a histogram in seconds, whose bounds are the powers of two from 2^-20 to 2^28.
    ///
    /// The bucket above the last bound stays empty, because the last bucket of a distribution has what is longer.
    ///
    /// - Parameters:
    ///   - attributes: What tells the series from others.
    ///   - start: When counting began.
    ///   - time: When the distribution was read.
    /// - Returns: The point, with the same bounds for every distribution.
    public func explicitPoint(attributes: Attributes, start: Timestamp, time: Timestamp) -> HistogramDataPoint {
        var merged = [UInt64](repeating: 0, count: Self.explicitBounds.count + 1)
        for (bucket, count) in counts.enumerated() {
            // Bucket 0 alone, then eight to an octave.
            merged[(bucket + 7) >> Int(Self.scale)] &+= count
        }
        return HistogramDataPoint(
            attributes: attributes,
            start: start,
            time: time,
            count: count,
            sum: seconds,
            bucketCounts: merged,
            explicitBounds: Self.explicitBounds
        )
    }
}
