import FoundationEssentials

extension Encodable {
    /// The value as JSON on one line.
    ///
    /// - Throws: `EncodingError` for a value that JSON can't represent, such as NaN.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
