/// A number of bytes as people write it: `64MiB`, `500MB`, `2GiB`, `8M` (MiB); without a unit it is bytes.
package struct ByteCount: Hashable, Sendable, CustomStringConvertible {
    /// The number.
    package var bytes: Int

    private static let units: KeyValuePairs = [
        "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
        "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "B": 1, "": 1,
    ]

    /// Creates a number of `bytes`.
    package init(_ bytes: Int) {
        self.bytes = bytes
    }

    /// Parses an integer with or without a unit; nil if it is malformed or too large.
    package init?(_ text: String) {
        let units = Self.units
        guard let unit = units.first(where: { text.hasSuffix($0.key) }) else { return nil }
        let digits = text.dropLast(unit.key.count).trimmed
        // Int would also accept a sign.
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits) else { return nil }
        let (bytes, isTooMuch) = number.multipliedReportingOverflow(by: unit.value)
        guard !isTooMuch else { return nil }
        self.bytes = bytes
    }

    /// The number in the largest unit that divides it.
    package var description: String {
        let units = Self.units.filter { $0.key.hasSuffix("iB") }.sorted { $0.value > $1.value }
        guard bytes > 0, let unit = units.first(where: { bytes % $0.value == 0 }) else { return "\(bytes) B" }
        return "\(bytes / unit.value) \(unit.key)"
    }
}
