/// The names that a setting can have, each with what it means; the same table serves every source.
package struct Choices<Value>: ExpressibleByDictionaryLiteral {
    /// The names with their values, in the order in which messages list them.
    package let entries: [(name: String, value: Value)]

    /// Creates a table of the names in a literal.
    package init(dictionaryLiteral elements: (String, Value)...) {
        entries = elements.map { (name: $0.0, value: $0.1) }
    }

    /// Creates a table of the names in `pairs`.
    package init(_ pairs: KeyValuePairs<String, Value>) {
        entries = pairs.map { (name: $0.key, value: $0.value) }
    }

    /// Creates a table of all cases by their raw values.
    package init() where Value: CaseIterable & RawRepresentable<String> {
        entries = Value.allCases.map { (name: $0.rawValue, value: $0) }
    }

    /// All names.
    package var names: [String] { entries.map(\.name) }

    /// The value that `name` means, or nil if it is not in the table.
    package func value(named name: String) -> Value? {
        entries.first { $0.name == name }?.value
    }

    /// The first name of `value`, or nil if it has none.
    package func name(of value: Value) -> String? where Value: Equatable {
        entries.first { $0.value == value }?.name
    }
}

extension Choices: Sendable where Value: Sendable {}
