extension Attributes: Codable {
    /// Writes a list of attributes, sorted by key.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(contentsOf: self)
    }

    /// Reads a list of attributes in any order; of several with the same key the last one is kept.
    package init(from decoder: any Decoder) throws {
        self.init(try [Attribute](from: decoder))
    }
}
