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

    /// The number of durations in each bucket.
    package private(set) var counts: [UInt64]

    /// The sum of all durations, in nanoseconds.
    package private(set) var sum: UInt128

    /// Creates a distribution from the kernel's counts.
    ///
    /// - Parameters:
    ///   - counts: The number of durations in each bucket. Missing buckets are empty, and surplus ones are ignored.
    ///   - sum: The sum of all durations, in nanoseconds.
    package init(counts: some Sequence<UInt64>, sum: UInt64) {
        self.init(counts: counts, wideSum: UInt128(sum))
    }

    /// Creates a distribution whose sum is known in full.
    init(counts: some Sequence<UInt64>, wideSum sum: UInt128) {
        self.counts = Array(counts.prefix(Self.bucketCount))
        self.counts.append(contentsOf: repeatElement(0, count: Self.bucketCount - self.counts.count))
        self.sum = sum
    }

    /// The same counts with another sum; the counts are not copied.
    func withSum(_ sum: UInt128) -> Distribution {
        var distribution = self
        distribution.sum = sum
        return distribution
    }

    /// The number of durations.
    package var count: UInt64 {
        counts.reduce(0, &+)
    }

    /// The sum of all durations, in seconds.
    package var seconds: Double {
        Double(sum) / 1e9
    }
}

extension Distribution: Accumulating {
    /// Adds the durations of another distribution, such as that of another CPU.
    package mutating func add(_ other: Distribution) {
        for bucket in counts.indices {
            counts[bucket] &+= other.counts[bucket]
        }
        sum &+= other.sum
    }

    /// The increase since an earlier reading of the same histogram, or `nil` if this reading is not a later one.
    ///
    /// The kernel's sum is modulo 2^64 nanoseconds, and so is the result. That is correct as long as the durations
    /// between two readings add up to less than 584 years. Adding the result to `earlier` gives the full sum.
    package func increase(since earlier: Distribution) -> Distribution? {
        guard !zip(counts, earlier.counts).contains(where: { $0 < $1 }) else { return nil }
        return Distribution(
            counts: zip(counts, earlier.counts).lazy.map { $0 &- $1 },
            sum: UInt64(truncatingIfNeeded: sum &- earlier.sum)
        )
    }
}
