internal import YAML

/// A mapping of a configuration file while it is being read.
///
/// The reader asks for each key that may exist; in the end, all other keys are problems. A key whose value is null
/// counts as absent, as OpenTelemetry's schema says for all optional keys.
package struct Section {
    /// The problems so far.
    package internal(set) var problems: [Problem] = []

    let file: String
    let path: String
    private let position: YAMLNode.Position
    private var entries: [Node.Entry] = []
    private var known: [String] = []
    private var unsupported: [String] = []
    private var successors: [String: String] = [:]
    /// Whether the node is a mapping.
    ///
    /// If not, that is a single problem, and there is not another one for each missing key.
    private var isMapping = true

    /// Creates a section from `node`, which must be a mapping or null.
    init(_ node: Node, path: String, file: String) {
        self.file = file
        self.path = path
        position = node.position
        if case .mapping(let entries) = node.content {
            self.entries = entries
        } else if node.isInvalid {
            isMapping = false
        } else if !node.isNull {
            isMapping = false
            problem(at: position, path, "expected a mapping, found \(node.kind)")
        }
    }

    /// Whether `key` exists, even if its value is null.
    package func has(_ key: String) -> Bool {
        entries.contains { $0.key == key }
    }

    /// Declares keys that are allowed but have no effect here.
    ///
    /// - Returns: The keys that exist.
    package mutating func ignore(_ keys: String...) -> [String] {
        known += keys
        return keys.filter(has)
    }

    /// Declares keys of the schema that tcplens can't follow, so that they are not reported as unknown.
    package mutating func cannotFollow(_ keys: String...) {
        unsupported += keys
    }

    /// Declares keys of earlier versions and drafts of the schema, to name their successors in problems.
    ///
    /// - Parameter keys: The keys, each with its successor or another text that completes "now it is".
    package mutating func renamed(_ keys: KeyValuePairs<String, String>) {
        successors.merge(keys.map { ($0.key, $0.value) }) { $1 }
    }

    /// Adds a problem with the value of `key`, or with the whole section if the key does not exist.
    package mutating func refuse(_ key: String, _ reason: String) {
        problem(at: entry(key)?.node.position ?? position, Self.path(path, key), reason)
    }

    /// Returns the one of `keys` that exists; there must be exactly one.
    package mutating func one(of keys: String...) -> String? {
        known += keys
        let present = keys.filter(has)
        if present.count != 1, isMapping {
            let found = present.isEmpty ? "none of them" : present.joined(separator: " and ")
            problem(at: position, path, "expected one of \(keys.joined(separator: ", ")), found \(found)")
        }
        return present.first
    }

    /// The section at `key`, read by `body`.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - isPresence: Whether the key has a meaning even if its value is null.
    ///   - isRequired: Whether the key must exist.
    ///   - body: Reads it.
    /// - Returns: The result of `body`, or nil if the key does not exist.
    package mutating func section<Result>(
        _ key: String,
        isPresence: Bool = false,
        isRequired: Bool = false,
        _ body: (inout Section) -> Result
    ) -> Result? {
        guard let node = node(key, isPresence: isPresence, isRequired: isRequired) else { return nil }
        return read(node, at: Self.path(path, key), body)
    }

    /// The sections of the list at `key`, each read by `body`.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - isRequired: Whether there must be at least one.
    ///   - body: Reads one.
    package mutating func sections(_ key: String, isRequired: Bool = false, _ body: (inout Section) -> Void) {
        guard let items = items(key, isRequired: isRequired) else { return }
        if items.isEmpty, isRequired {
            refuse(key, "the list must not be empty")
        }
        for (index, item) in items.enumerated() {
            read(item, at: "\(Self.path(path, key))[\(index)]", body)
        }
    }

    private mutating func read<Result>(_ node: Node, at path: String, _ body: (inout Section) -> Result) -> Result {
        var section = Section(node, path: path, file: file)
        let result = body(&section)
        section.finish()
        problems += section.problems
        return result
    }

    /// Adds the problems that are only known when everything was read.
    mutating func finish() {
        for entry in entries where !known.contains(entry.key) {
            let reason: String
            if let successor = successors[entry.key] {
                reason = "the key of an earlier version or a draft of the schema; now it is \(successor)"
            } else if !unsupported.contains(entry.key) {
                reason = "the key is unknown; known here: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
            } else if entry.node.isNull {
                // In the schema that is the same as an absent key.
                continue
            } else {
                reason = "a key of the schema that can't be followed here; leave it out"
            }
            problem(at: entry.position, Self.path(path, entry.key), reason)
        }
    }

    /// The path of `key` in the section at `path`.
    ///
    /// A key that might contain control characters is not shown.
    static func path(_ path: String, _ key: String) -> String {
        let isPlain = !key.isEmpty && key.count <= 60 && key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        let name = isPlain ? key : "(a key)"
        return path.isEmpty ? name : "\(path).\(name)"
    }
}

extension Section {
    /// The node at `key`, or nil if it does not exist or is null.
    mutating func node(_ key: String, isPresence: Bool = false, isRequired: Bool = false) -> Node? {
        if !known.contains(key) {
            known.append(key)
        }
        if let entry = entry(key), isPresence || !entry.node.isNull {
            return entry.node.isInvalid ? nil : entry.node
        }
        if isRequired, isMapping {
            problem(at: entry(key)?.node.position ?? position, path, "the key \(key) is missing")
        }
        return nil
    }

    /// The items of the list at `key`.
    mutating func items(_ key: String, isRequired: Bool = false) -> [Node]? {
        guard let node = node(key, isRequired: isRequired) else { return nil }
        guard case .sequence(let items) = node.content else {
            problem(at: node.position, Self.path(path, key), "expected a list, found \(node.kind)")
            return nil
        }
        return items
    }

    private func entry(_ key: String) -> Node.Entry? {
        entries.first { $0.key == key }
    }

    mutating func problem(at position: YAMLNode.Position, _ path: String, _ reason: String) {
        problems.append(Problem(file: file, position: position, path: path, reason: reason))
    }
}
