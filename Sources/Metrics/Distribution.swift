/// How often durations fell into each bucket, and their sum: what `struct histogram` of the kernel holds.
///
/// Bucket 0 holds all that is not above 2^-20 s, zero included. Bucket `b` from 1 on has index `b - 161` of an OTLP
/// exponential histogram of scale 3 in seconds: it holds durations in (2^(index/8) s, 2^((index+1)/8) s], and the last
/// one also what is longer.
package struct Distribution: Hashable, Sendable {
    /// The number of buckets: that of zero and those of the indexes -160 to 223.
    package static let bucketCount = 385

    /// A distribution of nothing.
    package static let zero = Distribution(counts: [], sum: 0)

    /// How many durations each bucket has.
    package private(set) var counts: [UInt64]

    /// The sum of all durations, in nanoseconds.
    package private(set) var sum: UInt128

    /// Creates a distribution of what the kernel counted.
    ///
    /// - Parameters:
    ///   - counts: How many durations each bucket has; missing buckets have none, and what is beyond the last bucket is
    ///     left out.
    ///   - sum: The sum of all durations, in nanoseconds.
    package init(counts: some Sequence<UInt64>, sum: UInt64) {
        self.counts = Array(counts.prefix(Self.bucketCount))
        self.counts.append(contentsOf: repeatElement(0, count: Self.bucketCount - self.counts.count))
        self.sum = UInt128(sum)
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
    /// Adds the durations of another distribution, as of another CPU.
    package mutating func add(_ other: Distribution) {
        for bucket in counts.indices {
            counts[bucket] &+= other.counts[bucket]
        }
        sum &+= other.sum
    }

    /// What has been counted since an earlier reading of the same histogram, or `nil` when this is no later reading.
    ///
    /// The kernel's sum is modulo 2^64 nanoseconds, and so is the sum of the result: right as long as the durations
    /// between two readings sum up to less than 584 years. Adding the result to `earlier` gives the sum in full.
    package func increase(since earlier: Distribution) -> Distribution? {
        guard !zip(counts, earlier.counts).contains(where: { $0 < $1 }) else { return nil }
        return Distribution(
            counts: zip(counts, earlier.counts).lazy.map { $0 &- $1 },
            sum: UInt64(truncatingIfNeeded: sum &- earlier.sum)
        )
    }
}
