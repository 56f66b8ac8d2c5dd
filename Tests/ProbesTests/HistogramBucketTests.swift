import CProbes
import Metrics
import Testing

/// Compares the buckets of `bpf/include/layout_histogram.h` with big integers.
///
/// A duration of v ns is above the bound 2^(k/8) s exactly if v^8 > 2^k * (10^9)^8, which needs no root and no
/// fraction.
@Suite struct HistogramBucketTests {
    @Test func `Swift has as many buckets as the kernel`() {
        #expect(Distribution.bucketCount == Int(HISTOGRAM_BUCKETS))
        #expect(MemoryLayout<histogram>.size == 8 * Int(HISTOGRAM_GROUPS * (HISTOGRAM_GROUP_BUCKETS + 1)))
        #expect(HISTOGRAM_SCALE == 3)
        #expect(HISTOGRAM_FIRST_INDEX == -160)
    }

    /// All bounds from 1 ns to 64 bits.
    ///
    /// The index is correct even if there is no bucket for it.
    @Test(arguments: -239...272)
    func `a bound lies in the bucket below it and a nanosecond more in the one above (conformance 98)`(k: Int) {
        let bound = greatest(notAbove: k)
        #expect(!isAbove(bound, k))
        #expect(isAbove(bound + 1, k))
        for duration in [bound &- 1, bound, bound + 1, bound + 2] where duration > 0 {
            #expect(Int(histogram_index(duration)) == exactIndex(duration))
            #expect(Int(histogram_slot(duration)) == exactSlot(duration))
        }
        // The index of the bound itself is k-1 and that of the next duration is k, unless bounds are closer than 1 ns.
        if k >= -160 {
            #expect(histogram_index(bound) == k - 1)
            #expect(histogram_index(bound + 1) == k)
        }
    }

    @Test func `powers of two and their neighbours are in their buckets (conformance 103)`() {
        for exponent in 0..<64 {
            let power = UInt64(1) << exponent
            for duration in [power - 1, power, power + 1] where duration > 0 {
                #expect(Int(histogram_index(duration)) == exactIndex(duration))
                #expect(Int(histogram_slot(duration)) == exactSlot(duration))
            }
        }
    }

    @Test func `whole seconds that are powers of two are the last of their bucket`() {
        for exponent in 0...28 {
            let duration = UInt64(1_000_000_000) << exponent
            #expect(Int(histogram_slot(duration)) == 160 + 8 * exponent)
            #expect(Int(histogram_slot(duration + 1)) == min(161 + 8 * exponent, 384))
        }
    }

    @Test func `the ends are the first and the last bucket`() {
        #expect(histogram_slot(0) == 0)
        #expect(histogram_slot(1) == 0)
        // 2^-20 s is 953.67 ns.
        #expect(histogram_slot(953) == 0)
        #expect(histogram_slot(954) == 1)
        #expect(histogram_slot(.max) == 384)
    }

    @Test func `any duration is in its bucket`() {
        var state: UInt64 = 1
        for round in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let duration = max(1, (state ^ state >> 29) >> (round % 64))
            #expect(Int(histogram_index(duration)) == exactIndex(duration))
            #expect(Int(histogram_slot(duration)) == exactSlot(duration))
        }
    }

    /// The constants of `histogram_index`: the bounds 10^9 * 2^(33+j/8), rounded down.
    @Test func `a constant is the greatest whole number that is not above its bound`() {
        let constants: [UInt64] = [
            0x81ff_a7a9_549c_a6e3, 0x8dc3_b896_0164_a7d9, 0x9a98_6705_4d51_2391, 0xa896_5f74_bf06_5071,
            0xb7d8_8a12_d0dd_9ea0, 0xc87c_3e7d_03cd_bec3, 0xdaa1_7c2c_d195_55db, 0xee6b_2800_0000_0000,
        ]
        #expect(constants == (1...8).map { greatest(notAbove: 8 * 33 + $0) })
    }

    // MARK: - The exact reference

    /// Whether `duration` ns is longer than 2^(`k`/8) s.
    private func isAbove(_ duration: UInt64, _ k: Int) -> Bool {
        let (left, right) = (Natural.power(duration, 8), Natural.power(1_000_000_000, 8))
        return k < 0 ? right < left.doubled(-k) : right.doubled(k) < left
    }

    private func exactIndex(_ duration: UInt64) -> Int {
        // 1 ns is above 2^(-240/8) s, and 64 bits are below 2^(280/8) s.
        partition(-240..<280) { isAbove(duration, $0) } - 1
    }

    private func exactSlot(_ duration: UInt64) -> Int {
        min(max(exactIndex(duration) + 161, 0), 384)
    }

    /// The greatest duration that is not longer than 2^(`k`/8) s.
    private func greatest(notAbove k: Int) -> UInt64 {
        var (low, high): (UInt64, UInt64) = (0, .max)
        while low < high {
            let middle = low + (high - low) / 2 + 1
            if isAbove(middle, k) { high = middle - 1 } else { low = middle }
        }
        return low
    }

    /// The first number for which `holds` is false.
    ///
    /// It must be true before and false after that.
    private func partition(_ range: Range<Int>, holds: (Int) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A natural number of any size, lowest digits first, without leading zeros.
private struct Natural: Comparable {
    private var digits: [UInt64] = [1]

    static func power(_ base: UInt64, _ exponent: Int) -> Natural {
        var result = Natural()
        for _ in 0..<exponent { result.multiply(by: base) }
        return result
    }

    func doubled(_ times: Int) -> Natural {
        var result = self
        for _ in 0..<(times / 32) { result.multiply(by: 1 << 32) }
        result.multiply(by: 1 << UInt64(times % 32))
        return result
    }

    static func < (left: Natural, right: Natural) -> Bool {
        if left.digits.count != right.digits.count { return left.digits.count < right.digits.count }
        return left.digits.reversed().lexicographicallyPrecedes(right.digits.reversed())
    }

    private mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in digits.indices {
            let (high, low) = digits[index].multipliedFullWidth(by: factor)
            let (sum, overflow) = low.addingReportingOverflow(carry)
            digits[index] = sum
            carry = high + (overflow ? 1 : 0)
        }
        if carry > 0 { digits.append(carry) }
    }
}
