import Foundation
import Testing

@testable import Metrics

@Suite struct BucketBoundsTests {
    /// The ranges of metrics, the whole range, and some that no metric has.
    static let bounds = [
        BucketBounds(-20...28), BucketBounds(-16...7), BucketBounds(-10...20), BucketBounds(-10...20, octaves: 2),
        BucketBounds(-10...20, octaves: 3), BucketBounds(-10...20, octaves: 7), BucketBounds(0...0),
        BucketBounds(-30...(-25)), BucketBounds(30...40),
    ]

    @Test func `bounds are powers of two from the first to the last`() {
        #expect(BucketBounds(-2...2).values == [0.25, 0.5, 1, 2, 4])
        #expect(BucketBounds(-2...3, octaves: 2).values == [0.25, 1, 4])
        #expect(BucketBounds(3...3).values == [8])
        #expect(BucketBounds(0...1, octaves: 0).values == [1, 2])
        #expect(BucketBounds(-20...28).values.count == 49)
    }

    @Test func `saved bounds are read again`() throws {
        for bounds in Self.bounds {
            let saved = try JSONEncoder().encode(bounds)
            #expect(try JSONDecoder().decode(BucketBounds.self, from: saved) == bounds)
        }
    }

    @Test(arguments: [(3, 2), (-9_000_000_000_000_000_000, 0), (0, 9_000_000_000_000_000_000)])
    func `saved bounds that no histogram can have are refused`(first: Int, last: Int) {
        let saved = Data("{\"first\": \(first), \"last\": \(last), \"octaves\": 1}".utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(BucketBounds.self, from: saved) }
    }

    @Test(arguments: bounds) func `each bucket lies in the one with its upper bound`(bounds: BucketBounds) throws {
        let values = bounds.values
        for bucket in 0..<Distribution.bucketCount {
            // The upper bound in eighths of an octave: that of bucket 0 is 2^-20 s.
            let upper = Double(bucket - 160) / 8
            let exponents = values.map { Double($0.exponent) }
            let expected = exponents.firstIndex { upper <= $0 } ?? values.count
            let point = try #require(Distribution([bucket: 3], sum: 12).point.merged(bounds))
            #expect(point.bucketCounts.firstIndex(of: 3) == expected, "\(bucket)")
            #expect(point.bucketCounts.reduce(0, +) == 3)
            #expect(point.bucketCounts.count == values.count + 1)
        }
    }

    @Test(arguments: bounds) func `nothing is lost and nothing divided, at whatever scale (conformance 97, 98)`(
        bounds: BucketBounds
    ) throws {
        for sample in Distribution.samples {
            let exponential = sample.point
            let explicit = try #require(exponential.merged(bounds))
            #expect(explicit.count == exponential.count && explicit.sum == exponential.sum)
            #expect(explicit.bucketCounts.reduce(0, &+) == exponential.count)
            #expect(explicit.explicitBounds == bounds.values)
            // The kernel's counts up to each bound, computed directly.
            var below: UInt64 = 0
            for (value, count) in zip(explicit.explicitBounds, explicit.bucketCounts) {
                below &+= count
                let last = 160 + Int(value.exponent) * 8
                #expect(below == sample.counts.prefix(max(last + 1, 0)).reduce(0, &+) || last < 0)
            }
        }
    }

    @Test func `the ends of the numbers are no end of the program`() throws {
        for (offset, scale) in [(Int32.min, 20), (.max, 0), (.max - 1, -40), (.min, -40), (0, .min), (5, .max)]
            as [(Int32, Int32)]
        {
            let point = ExponentialHistogramDataPoint(
                attributes: [:],
                start: .unknown,
                time: .unknown,
                count: 9,
                sum: 1,
                scale: scale,
                zeroCount: 0,
                zeroThreshold: .infinity,
                positive: .init(offset: offset, counts: [4, 5])
            )
            #expect(try #require(point.merged(BucketBounds(-4...4))).bucketCounts.reduce(0, +) == 9)
        }
    }

    @Test func `an end keeps its flag, and what has no bounds keeps its form`() {
        let point = Distribution([7: 1]).point.ended(at: Timestamp(unixNanoseconds: 3))
        #expect(point.merged(BucketBounds(-4...4))?.isEnd == true)
        let data = Metric.Data.exponentialHistogram([point], .cumulative)
        let metric = Metric(name: "", description: "", unit: "", data: data)
        for form in HistogramAggregation.allCases { #expect(metric.inForm(form).data == data) }
        let bounded = Metric(name: "", description: "", unit: "", data: data, bounds: BucketBounds(-4...4))
        #expect(bounded.inForm(.exponential).data == data)
        let stock = Metric.Data.sum([], .cumulative, isMonotonic: false)
        #expect(Metric(name: "", description: "", unit: "", data: stock).inForm(.explicitBuckets).data == stock)
    }
}

extension Distribution {
    fileprivate var point: ExponentialHistogramDataPoint {
        exponentialPoint(attributes: [:], start: .unknown, time: .unknown)
    }
}

extension ExponentialHistogramDataPoint {
    /// The point with fixed bounds, as exporters get it.
    func merged(_ bounds: BucketBounds) -> HistogramDataPoint? {
        let data = Metric.Data.exponentialHistogram([self], .cumulative)
        let metric = Metric(name: "", description: "", unit: "", data: data, bounds: bounds)
        guard case .histogram(let points, .cumulative) = metric.inForm(.explicitBuckets).data else { return nil }
        return points.first
    }
}
