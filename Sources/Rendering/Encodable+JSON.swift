import FoundationEssentials

extension Encodable {
    /// The report that this is, as JSON on one line.
    ///
    /// - Throws: What can't be written as JSON, as a number that is none.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
