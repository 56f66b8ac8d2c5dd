import Foundation
import Metrics
import Testing

@Suite struct DurationSumsTests {
    private func distribution(_ count: UInt64, _ sum: UInt64) -> Distribution {
        Distribution(counts: [count], sum: sum)
    }

    @Test func `a sum that wraps in the kernel goes on`() throws {
        var sums = DurationSums<Int>()
        #expect(sums.extend(distribution(1, .max - 9), of: 1).sum == UInt128(UInt64.max - 9))
        #expect(sums.extend(distribution(2, 20), of: 1).sum == UInt128(UInt64.max) + 21)
        // Another one is not affected.
        #expect(sums.extend(distribution(2, 20), of: 2).sum == 20)
        let saved = try JSONEncoder().encode(sums)
        var restored = try JSONDecoder().decode(DurationSums<Int>.self, from: saved)
        let last = restored.extend(distribution(3, 21), of: 1)
        #expect(last.sum == UInt128(UInt64.max) + 22)
        #expect(last.counts == distribution(3, 21).counts)
    }

    @Test func `a distribution with fewer durations has begun again`() {
        var sums = DurationSums<Int>()
        _ = sums.extend(distribution(5, 1000), of: 1)
        #expect(sums.extend(distribution(1, 10), of: 1).sum == 10)
        #expect(sums.extend(distribution(2, 30), of: 1).sum == 30)
    }
}
