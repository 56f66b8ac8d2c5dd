internal import System
internal import YAML

/// A value of a configuration that is to be written.
package indirect enum ConfigurationValue: Equatable, Sendable {
    /// Null.
    case null
    /// A Boolean.
    case bool(Bool)
    /// An integer.
    case int(Int)
    /// A number.
    case double(Double)
    /// A string. When it is read back, it is neither taken for a reference nor for a value of another kind.
    case string(String)
    /// A list.
    case list([ConfigurationValue])
    /// Keys with values in this order; a key without a value is left out.
    case section([(key: String, value: ConfigurationValue?)])

    /// Whether both are written as the same text.
    package static func == (left: ConfigurationValue, right: ConfigurationValue) -> Bool {
        left.node == right.node
    }

    /// The value as a YAML document, which reads back as the same value.
    ///
    /// - Parameter isOnOneLine: Whether to write it all on one line.
    /// - Returns: The text, which ends with a line break.
    /// - Throws: ``Problems`` if there is no memory for it.
    package func yaml(isOnOneLine: Bool = false) throws(Problems) -> String {
        do throws(YAMLError) {
            return try node.text(isOnOneLine: isOnOneLine)
        } catch {
            throw Problems(list: [Problem(file: "the configuration", position: nil, path: "", reason: error.reason)])
        }
    }

    private var node: YAMLNode {
        switch self {
        case .null: Self.scalar("null")
        case .bool(let value): Self.scalar("\(value)")
        case .int(let value): Self.scalar("\(value)")
        case .double(let value): Self.scalar(Self.text(value))
        case .string(let value):
            // Quoted only if it would be taken for another kind of value otherwise.
            Self.scalar(Substitution.escape(value), isPlain: CoreSchema.value(of: value) == .string(value))
        case .list(let items): YAMLNode(.sequence(items.map(\.node)))
        case .section(let entries):
            YAMLNode(
                .mapping(
                    entries.compactMap { entry in
                        entry.value.map { value in
                            YAMLNode.Entry(key: entry.key, position: .init(line: 0, column: 0), value: value.node)
                        }
                    }
                )
            )
        }
    }

    private static func scalar(_ text: String, isPlain: Bool = true) -> YAMLNode {
        YAMLNode(.scalar(.init(text, isPlain: isPlain)))
    }

    private static func text(_ value: Double) -> String {
        value.isNaN ? ".nan" : value.isInfinite ? (value < 0 ? "-.inf" : ".inf") : "\(value)"
    }
}
