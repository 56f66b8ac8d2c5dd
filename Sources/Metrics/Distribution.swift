/// The number of durations in each bucket, and their sum: the contents of the kernel's `struct histogram`.
///
/// Bucket 0 holds durations up to 2^-20 s, including zero. Bucket `b` from 1 on is the bucket with index `b - 161` of
/// an OTLP exponential histogram of scale 3 in seconds: it holds durations in (2^(index/8) s, 2^((index+1)/8) s]. The
/// last bucket also holds all longer ones.
package struct Distribution: Hashable, Sendable {
    /// The number of buckets: the zero bucket, and those with indexes -160 to 223.
    package static let bucketCount = 385

    /// The empty distribution.
    package static let zero = Distribution(counts: [], sum: UInt64(0))

    /// The counts from the first bucket that is not empty to the last.
    ///
    /// Most distributions fill a small part of the buckets, and each workload has twenty of them.
    private var span: [UInt64]

    /// The first bucket that is not empty; 0 if all are.
    private var first: Int

    /// The sum of all durations, in nanoseconds.
    package private(set) var sum: UInt128

    /// Creates a distribution from the kernel's counts.
    ///
    /// - Parameters:
    ///   - counts: The number of durations in each bucket. Missing buckets are empty, and surplus ones are ignored.
    ///   - sum: The sum of all durations, in nanoseconds.
    @inlinable package init(counts: some Sequence<UInt64>, sum: UInt64) {
        // Inlinable, because otherwise each count is taken through generic witness tables.
        self.init(array: Array(counts), wideSum: UInt128(sum))
    }

    /// Creates a distribution whose sum is known in full.
    init(counts: some Sequence<UInt64>, wideSum sum: UInt128) {
        self.init(array: Array(counts), wideSum: sum)
    }

    @usableFromInline init(array: [UInt64], wideSum sum: UInt128) {
        let counts = array.prefix(Self.bucketCount)
        let first = counts.firstIndex { $0 > 0 } ?? 0
        let last = counts.lastIndex { $0 > 0 } ?? first - 1
        self.first = first
        // A copy of exactly that size.
        span = first > last ? [] : [UInt64](counts[first...last])
        self.sum = sum
    }

    /// The number of durations in each bucket.
    package var counts: [UInt64] {
        var counts = [UInt64](repeating: 0, count: Self.bucketCount)
        counts.replaceSubrange(filledRange, with: span)
        return counts
    }

    /// The buckets from the first that is not empty to the last.
    var filledRange: Range<Int> { first..<(first + span.count) }

    /// The number of durations in one bucket.
    func count(of bucket: Int) -> UInt64 {
        filledRange.contains(bucket) ? span[bucket - first] : 0
    }

    /// The same counts with another sum; the counts are not copied.
    func withSum(_ sum: UInt128) -> Distribution {
        var distribution = self
        distribution.sum = sum
        return distribution
    }

    /// The number of durations.
    package var count: UInt64 {
        span.reduce(0, &+)
    }

    /// The sum of all durations, in seconds.
    package var seconds: Double {
        Double(sum) / 1e9
    }
}

extension Distribution: Accumulating {
    /// Adds the durations of another distribution, such as that of another CPU.
    package mutating func add(_ other: Distribution) {
        let sum = sum &+ other.sum
        guard !other.span.isEmpty else {
            self.sum = sum
            return
        }
        if !span.isEmpty, filledRange.lowerBound <= other.first, other.filledRange.upperBound <= filledRange.upperBound
        {
            for (place, count) in other.span.enumerated() { span[other.first - first + place] &+= count }
            self.sum = sum
            return
        }
        let counts = zip(counts, other.counts).lazy.map { $0 &+ $1 }
        self = Distribution(counts: counts, wideSum: sum)
    }

    /// The increase since an earlier reading of the same histogram, or `nil` if this reading is not a later one.
    ///
    /// The kernel's sum is modulo 2^64 nanoseconds, and so is the result. That is correct as long as the durations
    /// between two readings add up to less than 584 years. Adding the result to `earlier` gives the full sum.
    package func increase(since earlier: Distribution) -> Distribution? {
        let (counts, before) = (counts, earlier.counts)
        guard !zip(counts, before).contains(where: { $0 < $1 }) else { return nil }
        return Distribution(
            counts: zip(counts, before).lazy.map { $0 &- $1 },
            sum: UInt64(truncatingIfNeeded: sum &- earlier.sum)
        )
    }
}
