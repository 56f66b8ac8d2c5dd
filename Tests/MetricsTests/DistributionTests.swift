import Testing

@testable import Metrics

@Suite struct DistributionTests {
    private let time = Timestamp(unixNanoseconds: 2)

    @Test func `an empty distribution has no buckets`() {
        let point = Distribution.zero.exponentialPoint(attributes: ["a": 1], start: .unknown, time: time)
        let expected = ExponentialHistogramDataPoint(
            attributes: ["a": 1],
            start: .unknown,
            time: time,
            count: 0,
            sum: 0,
            scale: 3,
            zeroCount: 0,
            zeroThreshold: 0x1p-20,
            positive: .init()
        )
        #expect(point == expected)
    }

    @Test func `one duration is one bucket at scale 3`() {
        for bucket in 1..<Distribution.bucketCount {
            let point = Distribution([bucket: 7]).exponentialPoint(attributes: [:], start: .unknown, time: time)
            #expect(point.scale == 3)
            #expect(point.positive == .init(offset: Int32(bucket - 161), counts: [7]))
            #expect(point.zeroCount == 0)
        }
    }

    @Test func `what is zero is in no bucket (conformance 104)`() {
        let point = Distribution([0: 5, 161: 2]).exponentialPoint(attributes: [:], start: .unknown, time: time)
        #expect(point.zeroCount == 5)
        #expect(point.count == 7)
        #expect(point.positive == .init(offset: 0, counts: [2]))
    }

    @Test(arguments: 0...8)
    func `merging gives what counting at the smaller scale gives (conformance 105)`(shift: Int) {
        for sample in Distribution.samples {
            var expected: [Int: UInt64] = [:]
            for (bucket, count) in sample.counts.enumerated().dropFirst() where count > 0 {
                // Rounded down, even below zero.
                let index = bucket - 161
                let width = 1 << shift
                expected[(index - ((index % width) + width) % width) / width, default: 0] += count
            }
            let buckets = sample.buckets(shift: shift)
            let found = buckets.counts.enumerated().filter { $0.element > 0 }
                .map { (Int(buckets.offset) + $0.offset, $0.element) }
            #expect(Dictionary(uniqueKeysWithValues: found) == expected)
            #expect(buckets.counts.first != 0)
            #expect(buckets.counts.last != 0)
        }
    }

    @Test func `a merged bucket never reaches into zero`() {
        for shift in 0...5 {
            // 2^-20 s is a bound at every scale down to -2.
            #expect(Distribution([1: 1]).buckets(shift: shift).offset == Int32(-160 >> shift))
            #expect(-160 % (1 << shift) == 0)
        }
    }

    @Test func `the greatest scale is taken that needs no more than 160 buckets (conformance 102)`() {
        for first in stride(from: 1, to: Distribution.bucketCount - 1, by: 61) {
            for last in (first + 1)..<Distribution.bucketCount {
                let point = Distribution([first: 1, last: 1])
                    .exponentialPoint(attributes: [:], start: .unknown, time: time)
                #expect(point.positive.counts.count <= 160)
                let finer = Int(3 - point.scale) - 1
                if finer >= 0 {
                    #expect(Distribution([first: 1, last: 1]).buckets(shift: finer).counts.count > 160)
                }
            }
        }
    }

    @Test func `160 buckets stay and 161 are merged (conformance 100)`() {
        func scale(_ last: Int) -> Int32 {
            Distribution([1: 1, last: 1]).exponentialPoint(attributes: [:], start: .unknown, time: time).scale
        }
        #expect(scale(160) == 3)
        #expect(scale(161) == 2)
        #expect(scale(320) == 2)
        #expect(scale(321) == 1)
        #expect(scale(384) == 1)
    }

    @Test func `the sum is in seconds`() {
        #expect(Distribution(counts: [], sum: 12_250_000_000).seconds == 12.25)
        #expect(Distribution(counts: [], sum: 1).seconds == 1e-9)
        var long = Distribution(counts: [], sum: .max)
        long.add(Distribution(counts: [], sum: 1))
        #expect(long.seconds == 18_446_744_073.709551616)
    }

    @Test func `processors add up, and too few or too many counts do no harm`() {
        var sum = Distribution([0: 1, 5: 2])
        sum.add(Distribution([5: 3, 384: 4]))
        #expect(sum == Distribution([0: 1, 5: 5, 384: 4]))
        #expect(sum.count == 10)
        #expect(Distribution(counts: [1], sum: 0) == Distribution([0: 1]))
        #expect(Distribution(counts: [UInt64](repeating: 1, count: 400), sum: 0).count == 385)
        var greatest = Distribution([3: .max])
        greatest.add(Distribution([3: 2]))
        #expect(greatest.count == 1)
    }

    @Test func `the increase is what was added`() {
        let earlier = Distribution(counts: [1, 2, 3], sum: 10)
        var later = earlier
        later.add(Distribution(counts: [0, 4], sum: 5))
        #expect(later.increase(since: earlier) == Distribution(counts: [0, 4], sum: 5))
        #expect(later.increase(since: later) == .zero)
        #expect(earlier.increase(since: later) == nil)
    }

    @Test func `a sum that wrapped in the kernel goes on`() {
        var total = Distribution(counts: [1], sum: .max - 1)
        let reading = Distribution(counts: [2], sum: 3)
        let increase = reading.increase(since: total)
        #expect(increase == Distribution(counts: [1], sum: 5))
        increase.map { total.add($0) }
        #expect(total.sum == UInt128(UInt64.max) + 4)
        // Again, from a total that does not fit into 64 bits.
        #expect(Distribution(counts: [3], sum: 4).increase(since: total) == Distribution(counts: [1], sum: 1))
    }
}

extension Distribution {
    /// A distribution with some non-empty buckets.
    init(_ filled: [Int: UInt64], sum: UInt64 = 0) {
        self.init(counts: (0..<Self.bucketCount).map { filled[$0] ?? 0 }, sum: sum)
    }

    /// The ends, neighbours, all buckets, and random ones that are the same in every run.
    static let samples: [Distribution] = {
        var samples = [[0: 1], [1: 1], [384: 1], [1: 2, 384: 3], [160: 1, 161: 1], [8: 1, 9: 1], [0: 9, 200: 1]]
            .map { Distribution($0) }
        samples.append(Distribution(counts: (1...385).map { UInt64($0) }, sum: 1))
        var state: UInt64 = 1
        for _ in 0..<50 {
            var filled: [Int: UInt64] = [:]
            for _ in 0..<20 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                filled[Int(state >> 33) % bucketCount] = state >> 50
            }
            samples.append(Distribution(filled, sum: state))
        }
        return samples
    }()
}
