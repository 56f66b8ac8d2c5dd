extension BucketBounds: Codable {
    private enum CodingKeys: String, CodingKey {
        case first, last, octaves
    }

    /// The exponents of the powers of two that a `Double` can hold.
    private static let possible = -1074...1023

    /// Writes the exponents of the first and the last bound, and the width of a bucket.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(exponents.lowerBound, forKey: .first)
        try container.encode(exponents.upperBound, forKey: .last)
        try container.encode(octaves, forKey: .octaves)
    }

    /// Reads what ``encode(to:)`` writes.
    ///
    /// - Throws: Also if the bounds are not in increasing order, or more than a `Double` can tell apart.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let first = try container.decode(Int.self, forKey: .first)
        let last = try container.decode(Int.self, forKey: .last)
        guard first <= last, Self.possible.contains(first), Self.possible.contains(last) else {
            throw DecodingError.dataCorruptedError(forKey: .last, in: container, debugDescription: "not bounds")
        }
        self.init(first...last, octaves: try container.decode(Int.self, forKey: .octaves))
    }
}
