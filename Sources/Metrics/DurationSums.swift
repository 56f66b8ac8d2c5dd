/// The full sums of distributions that only grow, whose sums in the kernel are modulo 2^64 nanoseconds.
///
/// It keeps a few bytes for each distribution and not its buckets, because each workload has twenty of them.
package struct DurationSums<Key: Hashable & Sendable>: Sendable {
    /// What is known of a distribution.
    private struct Known: Sendable {
        /// The durations at the last reading.
        var count: UInt64
        /// Their full sum, in nanoseconds.
        var sum: UInt128
    }

    private var known: [Key: Known] = [:]

    /// Creates no sums.
    package init() {}

    /// The distribution with its full sum.
    ///
    /// That is right if the durations between two readings add up to less than 584 years. One that has fewer durations
    /// than before has begun again, and so does its sum.
    ///
    /// - Parameters:
    ///   - reading: The distribution as it was read.
    ///   - key: Identifies it.
    /// - Returns: The same counts, with all durations in the sum.
    package mutating func extend(_ reading: Distribution, of key: Key) -> Distribution {
        let count = reading.count
        var sum = reading.sum
        if let known = known[key], known.count <= count {
            let increase = UInt64(truncatingIfNeeded: reading.sum) &- UInt64(truncatingIfNeeded: known.sum)
            sum = known.sum &+ UInt128(increase)
        }
        known[key] = Known(count: count, sum: sum)
        return reading.withSum(sum)
    }
}

// Two halves, because formats of saved values have no integers of 128 bits.
extension DurationSums: Codable where Key: Codable {
    private struct Entry: Codable {
        var key: Key
        var count: UInt64
        var high: UInt64
        var low: UInt64
    }

    /// Writes a list of keys, counts and sums.
    package func encode(to encoder: any Encoder) throws {
        let entries = known.map { key, known in
            Entry(
                key: key,
                count: known.count,
                high: UInt64(truncatingIfNeeded: known.sum >> 64),
                low: UInt64(truncatingIfNeeded: known.sum)
            )
        }
        try entries.encode(to: encoder)
    }

    /// Reads a list of keys, counts and sums.
    package init(from decoder: any Decoder) throws {
        for entry in try [Entry](from: decoder) {
            known[entry.key] = Known(count: entry.count, sum: UInt128(entry.high) << 64 | UInt128(entry.low))
        }
    }
}
