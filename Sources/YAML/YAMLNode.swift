/// A part of a YAML document, as it was written: what a plain scalar means is the reader's to say.
public struct YAMLNode: Equatable, Sendable {
    /// Where a part of a text begins, both counted from 1.
    public struct Position: Hashable, Sendable, Comparable, CustomStringConvertible {
        /// The line.
        public var line: Int
        /// The column, in characters.
        public var column: Int

        /// Creates a position.
        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        /// `LINE:COLUMN`.
        public var description: String { "\(line):\(column)" }

        /// Whether one stands before the other in a text.
        public static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// A single value.
    public struct Scalar: Equatable, Sendable {
        /// The text, without quotation marks and escapes.
        public var text: String
        /// Whether it was written without quotation marks, so that it may mean a number, a truth value or nothing.
        public var isPlain: Bool
        /// The tag that was written with it, as `tag:yaml.org,2002:str` for `!!str`.
        public var tag: String?

        /// Creates a scalar.
        public init(_ text: String, isPlain: Bool, tag: String? = nil) {
            self.text = text
            self.isPlain = isPlain
            self.tag = tag
        }
    }

    /// A key of a mapping with its value.
    public struct Entry: Equatable, Sendable {
        /// The key.
        public var key: String
        /// Where the key stands.
        public var position: Position
        /// The value.
        public var value: YAMLNode

        /// Creates an entry.
        public init(key: String, position: Position, value: YAMLNode) {
            self.key = key
            self.position = position
            self.value = value
        }
    }

    /// The kinds of nodes.
    public enum Content: Equatable, Sendable {
        /// A single value.
        case scalar(Scalar)
        /// A list.
        case sequence([YAMLNode])
        /// Keys with values, in the order of the text, equal keys as often as they stand there.
        case mapping([Entry])
    }

    /// What it is.
    public var content: Content
    /// Where it begins; an alias stands where its name does.
    public var position: Position

    /// Creates a node.
    public init(_ content: Content, at position: Position = Position(line: 0, column: 0)) {
        self.content = content
        self.position = position
    }
}

/// A text that is no YAML, or more of it than is read.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, if that is known.
    public var position: YAMLNode.Position?
    /// What is wrong; never a piece of the text, which may hold secrets.
    public var reason: String

    /// One line.
    public var description: String { position.map { "\($0): \(reason)" } ?? reason }
}
