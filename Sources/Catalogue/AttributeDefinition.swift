package import Metrics
internal import Readings

/// An attribute of a metric's points.
package struct AttributeDefinition: Hashable, Sendable {
    /// The key; one of ``AttributeKey`` or of the semantic conventions.
    package let key: String
    /// The values that it can have.
    package let values: Values
    /// Whether each point has it.
    ///
    /// The overflow series is an exception: it has no other attribute, or only the protocol.
    package let isRequired: Bool

    /// The values that an attribute can have.
    package enum Values: Hashable, Sendable {
        /// One of these texts.
        case oneOf([String])
        /// Any text.
        case text
        /// A port from 1 to 65535.
        case port
        /// Any whole number.
        case number
        /// `true`, or the attribute is absent.
        case flag
    }

    init(_ key: String, _ values: Values, isRequired: Bool = true) {
        self.key = key
        self.values = values
        self.isRequired = isRequired
    }

    init(_ key: String, _ dimension: Dimension) {
        self.init(key, .oneOf(dimension.values.compactMap(\.attribute)))
    }

    /// Whether a point may have the attribute with this value.
    package func allows(_ value: AttributeValue) -> Bool {
        switch (values, value) {
        case (.oneOf(let texts), .string(let text)): texts.contains(text)
        case (.text, .string), (.number, .int): true
        case (.port, .int(let port)): (1...65535).contains(port)
        case (.flag, .bool(let value)): value
        default: false
        }
    }

    /// Marks the series for everything beyond the cardinality limit, and for what found no room in the kernel's maps.
    static let overflow = Self(AttributeKey.overflow, .flag, isRequired: false)
}

extension AttributeDefinition {
    /// The attributes of series that the catalogue itself enumerates.
    static func list(of sources: [Source]) -> [AttributeDefinition] {
        let series = sources.flatMap(\.attributes)
        var keys: [String] = []
        for attribute in series.joined() where !keys.contains(attribute.key) { keys.append(attribute.key) }
        return keys.map { key in
            var values: [String] = []
            for case .string(let value)? in series.map({ $0[key] }) where !values.contains(value) {
                values.append(value)
            }
            return AttributeDefinition(key, .oneOf(values), isRequired: series.allSatisfy { $0[key] != nil })
        }
    }
}
