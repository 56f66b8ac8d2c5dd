extension Distribution: Codable {
    private enum CodingKeys: String, CodingKey {
        case buckets, counts, upperSum, lowerSum
    }

    /// Writes the buckets that are not empty, and the sum in two halves.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let buckets = counts.indices.filter { counts[$0] > 0 }
        try container.encode(buckets, forKey: .buckets)
        try container.encode(buckets.map { counts[$0] }, forKey: .counts)
        try container.encode(UInt64(truncatingIfNeeded: sum >> 64), forKey: .upperSum)
        try container.encode(UInt64(truncatingIfNeeded: sum), forKey: .lowerSum)
    }

    /// Reads what ``encode(to:)`` writes; buckets that do not exist are ignored.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let buckets = try container.decode([Int].self, forKey: .buckets)
        var counts = [UInt64](repeating: 0, count: Self.bucketCount)
        for (bucket, count) in zip(buckets, try container.decode([UInt64].self, forKey: .counts))
        where counts.indices.contains(bucket) {
            counts[bucket] = count
        }
        let upper = UInt128(try container.decode(UInt64.self, forKey: .upperSum))
        let lower = UInt128(try container.decode(UInt64.self, forKey: .lowerSum))
        self.init(counts: counts, wideSum: upper << 64 | lower)
    }
}
