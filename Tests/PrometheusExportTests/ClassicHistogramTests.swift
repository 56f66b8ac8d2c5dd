import Metrics
import Testing

@testable import PrometheusExport

@Suite struct ClassicHistogramTests {
    private func histogram(
        _ counts: [UInt64],
        offset: Int32,
        scale: Int32,
        zero: (count: UInt64, threshold: Double) = (0, 0)
    ) -> ClassicHistogram {
        ClassicHistogram(
            ExponentialHistogramDataPoint(
                attributes: [:],
                start: .unknown,
                time: .unknown,
                count: counts.reduce(zero.count, +),
                sum: 1,
                scale: scale,
                zeroCount: zero.count,
                zeroThreshold: zero.threshold,
                positive: .init(offset: offset, counts: counts)
            )
        )
    }

    @Test func `buckets of an octave are one, and none is divided`() {
        // At scale 1 the buckets end at the square roots of two: ..., 1, 1.41, 2, 2.83, 4, 5.66.
        let histogram = histogram([1, 2, 3, 4, 5, 6], offset: -1, scale: 1)
        #expect(histogram.bounds == [0, 1, 2, 4, 8])
        #expect(histogram.counts == [0, 1, 2 + 3, 4 + 5, 6])
        #expect(histogram.count == 21)
    }

    @Test func `zero is a bucket of its own`() {
        let histogram = histogram([7], offset: 0, scale: 0, zero: (count: 3, threshold: 0.5))
        #expect(histogram.bounds == [0.5, 2])
        #expect(histogram.counts == [3, 7])
    }

    @Test func `what ends where zero does joins it`() {
        let histogram = histogram([7, 1], offset: -2, scale: 0, zero: (count: 3, threshold: 0.5))
        #expect(histogram.bounds == [0.5, 1])
        #expect(histogram.counts == [10, 1])
    }

    @Test func `a scale below zero has the powers that it has`() {
        // Buckets of a factor of 16 from 2^-4.
        let histogram = histogram([1, 2, 3], offset: -1, scale: -2)
        #expect(histogram.bounds == [0, 1, 16, 256])
        #expect(histogram.counts == [0, 1, 2, 3])
    }

    @Test func `the ends of the numbers are no end of the program`() {
        let low = histogram([1, 1], offset: .min, scale: 20)
        #expect(low.bounds.count == 2 && low.bounds[1] > 0)
        #expect(low.counts == [0, 2])
        let high = histogram([4, 5], offset: .max, scale: 0)
        #expect(high.bounds == [0])
        #expect(high.count == 9, "they are in the last bucket, which is everything")
        let wide = histogram([4, 5], offset: .max - 1, scale: -40)
        #expect(wide.count == 9)
        #expect(histogram([], offset: 0, scale: 3).counts == [0])
    }

    @Test func `both forms of a distribution agree at every bound that both have`() {
        // The whole range of buckets, a prime number in each, so that no sum is right by chance.
        let counts = (0..<UInt64(Distribution.bucketCount)).map { $0 % 7 * 31 + 1 }
        let distribution = Distribution(counts: counts, sum: 12_345)
        let point = distribution.exponentialPoint(attributes: [:], start: .unknown, time: .unknown)
        let metric = Metric(
            name: "",
            description: "",
            unit: "s",
            data: .exponentialHistogram([point], .cumulative),
            bounds: BucketBounds(-20...28)
        )
        guard case .histogram(let points, _) = metric.inForm(.explicitBuckets).data else {
            Issue.record("no histogram")
            return
        }
        let (explicit, exponential) = (ClassicHistogram(points[0]), ClassicHistogram(point))
        #expect(exponential.count == explicit.count)
        #expect(exponential.sum == explicit.sum)
        func cumulative(_ histogram: ClassicHistogram) -> [Double: UInt64] {
            var sum: UInt64 = 0
            return Dictionary(
                uniqueKeysWithValues: zip(histogram.bounds, histogram.counts).map { bound, count in
                    sum += count
                    return (bound, sum)
                }
            )
        }
        let (left, right) = (cumulative(explicit), cumulative(exponential))
        let common = Set(left.keys).intersection(right.keys)
        #expect(common.count > 20)
        for bound in common {
            #expect(left[bound] == right[bound], "\(bound)")
        }
    }
}
