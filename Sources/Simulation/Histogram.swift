internal import Glibc
internal import Metrics

/// Durations in the buckets of a ``Distribution``.
struct Histogram: Sendable {
    private var counts = [UInt64](repeating: 0, count: Distribution.bucketCount)
    private var sum: UInt64 = 0

    /// Adds a duration.
    mutating func add(nanoseconds: UInt64) {
        counts[Self.bucket(of: nanoseconds)] &+= 1
        sum &+= nanoseconds
    }

    /// What has been added so far.
    var distribution: Distribution { Distribution(counts: counts, sum: sum) }

    /// Bucket `b`, from 1 on, holds durations above 2^((b - 161) / 8) s and not above 2^((b - 160) / 8) s.
    private static func bucket(of nanoseconds: UInt64) -> Int {
        guard nanoseconds > 0 else { return 0 }
        let bound = (log2(Double(nanoseconds) / 1e9) * 8).rounded(.up)
        return Int(min(max(bound + 160, 0), Double(Distribution.bucketCount - 1)))
    }
}
