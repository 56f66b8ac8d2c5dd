/// Counters most of which are zero, saved without these.
struct SparseCounters: Hashable, Sendable, Codable {
    /// All of them.
    var values: [UInt64]

    /// Creates counters.
    init(_ values: [UInt64]) {
        self.values = values
    }

    /// More than any build has.
    private static let limit: UInt64 = 1 << 20

    /// Reads how many there are, and then places with their values in turn.
    init(from decoder: any Decoder) throws {
        let numbers = try decoder.singleValueContainer().decode([UInt64].self)
        let count = numbers.first ?? 0
        guard count <= Self.limit else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "too many counters")
            )
        }
        values = [UInt64](repeating: 0, count: Int(count))
        for index in stride(from: 1, to: numbers.count - 1, by: 2) where numbers[index] < count {
            values[Int(numbers[index])] = numbers[index + 1]
        }
    }

    /// Writes how many there are, and then places with their values in turn.
    func encode(to encoder: any Encoder) throws {
        var numbers = [UInt64(values.count)]
        for (place, value) in values.enumerated() where value != 0 { numbers += [UInt64(place), value] }
        var container = encoder.singleValueContainer()
        try container.encode(numbers)
    }
}
