/// The upper bounds of the buckets of a histogram with fixed bounds: powers of two.
///
/// Powers of two are bounds at every scale of an exponential histogram from 0 up, so no count has to be divided.
package struct BucketBounds: Hashable, Sendable {
    /// The exponents of the first and the last bound.
    ///
    /// Greater values are in a last bucket without a bound.
    package let exponents: ClosedRange<Int>
    /// The width of a bucket in octaves.
    package let octaves: Int

    /// Creates bounds from 2^first up to 2^last at most.
    package init(_ exponents: ClosedRange<Int>, octaves: Int = 1) {
        self.exponents = exponents
        self.octaves = max(octaves, 1)
    }

    /// The bounds, in increasing order.
    package var values: [Double] {
        stride(from: exponents.lowerBound, through: exponents.upperBound, by: octaves)
            .map { Double(sign: .plus, exponent: $0, significand: 1) }
    }

    /// The bucket that holds values up to 2^`exponent`; `count` is the number of bounds, and so the index of the last
    /// bucket.
    fileprivate func bucket(upTo exponent: Int, of count: Int) -> Int {
        guard exponent > exponents.lowerBound else { return 0 }
        return min((exponent - exponents.lowerBound + octaves - 1) / octaves, count)
    }
}

extension ExponentialHistogramDataPoint {
    /// The exponent of the power of two at or above the upper bound of a bucket of positive measurements, limited to
    /// the range of `Int32`.
    ///
    /// Bucket `index` ends at 2^((index + 1) / 2^scale).
    package func exponent(above index: Int) -> Int {
        guard scale < 0 else { return (index >> Int(scale)) + 1 }
        let (exponent, overflow) = (index + 1).multipliedReportingOverflow(by: 1 << min(-Int(scale), 32))
        let limit = Int(Int32.max)
        return overflow ? (index < 0 ? -limit : limit) : max(-limit, min(exponent, limit))
    }
}

extension HistogramDataPoint {
    /// Merges the buckets of an exponential histogram of positive measurements into buckets with fixed bounds.
    ///
    /// - Parameters:
    ///   - point: The histogram.
    ///   - bounds: The bounds.
    ///   - values: The values of the bounds, computed once for all points.
    fileprivate init(_ point: ExponentialHistogramDataPoint, _ bounds: BucketBounds, values: [Double]) {
        var counts = [UInt64](repeating: 0, count: values.count + 1)
        counts[values.firstIndex { point.zeroThreshold <= $0 } ?? values.count] &+= point.zeroCount
        for (place, count) in point.positive.counts.enumerated() where count > 0 {
            let exponent = point.exponent(above: Int(point.positive.offset) + place)
            counts[bounds.bucket(upTo: exponent, of: values.count)] &+= count
        }
        self.init(
            attributes: point.attributes,
            start: point.start,
            time: point.time,
            count: point.count,
            sum: point.sum,
            bucketCounts: counts,
            explicitBounds: values,
            extremes: point.extremes,
            flags: point.flags
        )
    }
}

extension Metric {
    /// The metric with its distributions in this form.
    ///
    /// Distributions are collected as exponential histograms. Only a metric with ``bounds`` can be converted to fixed
    /// bounds.
    package func inForm(_ aggregation: HistogramAggregation) -> Metric {
        guard aggregation == .explicitBuckets, let bounds,
            case .exponentialHistogram(let points, let temporality) = data
        else { return self }
        let values = bounds.values
        var metric = self
        metric.data = .histogram(points.map { HistogramDataPoint($0, bounds, values: values) }, temporality)
        return metric
    }
}

extension [ResourceMetrics] {
    /// The metrics with their distributions in this form.
    package func inForm(_ aggregation: HistogramAggregation) -> [ResourceMetrics] {
        map { resource in
            var resource = resource
            for index in resource.scopes.indices {
                resource.scopes[index].metrics = resource.scopes[index].metrics.map { $0.inForm(aggregation) }
            }
            return resource
        }
    }
}
