import FoundationEssentials

extension Encodable {
    /// The value as JSON.
    ///
    /// - Parameter isIndented: Whether each member has a line of its own, for people and for version control.
    /// - Returns: One line, which is not ended; or several.
    /// - Throws: `EncodingError` for a value that JSON can't represent, such as NaN.
    package func json(isIndented: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
