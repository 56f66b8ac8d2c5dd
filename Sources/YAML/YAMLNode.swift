/// A part of a YAML document as it was written.
///
/// What a plain scalar means is not decided here.
package struct YAMLNode: Equatable, Sendable {
    /// A place in a text; lines and columns are counted from 1.
    package struct Position: Hashable, Sendable, Comparable, CustomStringConvertible {
        /// The line.
        package var line: Int
        /// The column, in characters.
        package var column: Int

        /// Creates a position.
        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        /// `LINE:COLUMN`.
        package var description: String { "\(line):\(column)" }

        /// Whether `left` comes first in the text.
        package static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// A single value.
    package struct Scalar: Equatable, Sendable {
        /// The text, without quotation marks and escapes.
        package var text: String
        /// Whether it was written without quotation marks, so that it may be a number, a Boolean or null.
        package var isPlain: Bool
        /// The tag that was written with it, such as `tag:yaml.org,2002:str` for `!!str`.
        package var tag: String?

        /// Creates a scalar.
        package init(_ text: String, isPlain: Bool, tag: String? = nil) {
            self.text = text
            self.isPlain = isPlain
            self.tag = tag
        }
    }

    /// A key of a mapping and its value.
    package struct Entry: Equatable, Sendable {
        /// The key.
        package var key: String
        /// The place of the key.
        package var position: Position
        /// The value.
        package var value: YAMLNode

        /// Creates an entry.
        package init(key: String, position: Position, value: YAMLNode) {
            self.key = key
            self.position = position
            self.value = value
        }
    }

    /// The kinds of nodes.
    package enum Content: Equatable, Sendable {
        /// A single value.
        case scalar(Scalar)
        /// A list.
        case sequence([YAMLNode])
        /// Keys with values in the order of the text; a key may be repeated.
        case mapping([Entry])
    }

    /// The kind, and what is in it.
    package var content: Content
    /// Where it begins; for an alias, the place of the alias.
    package var position: Position

    /// Creates a node.
    package init(_ content: Content, at position: Position = Position(line: 0, column: 0)) {
        self.content = content
        self.position = position
    }
}

/// Why a text could not be parsed: it is not YAML, or exceeds a limit.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, if that is known.
    package var position: YAMLNode.Position?
    /// What is wrong.
    ///
    /// It never quotes the text, which may contain secrets.
    package var reason: String

    /// One line.
    package var description: String { position.map { "\($0): \(reason)" } ?? reason }
}
