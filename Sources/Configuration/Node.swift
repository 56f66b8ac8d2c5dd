internal import System
internal import YAML

/// A part of a configuration, with references replaced and scalars interpreted.
struct Node {
    /// A key and its value.
    struct Entry {
        var key: String
        var position: YAMLNode.Position
        var node: Node
    }

    /// The kinds of nodes.
    enum Content {
        case scalar(CoreSchema.Value)
        case sequence([Node])
        case mapping([Entry])
        /// Could not be interpreted; a problem was already added for it.
        case invalid
    }

    var content: Content
    var position: YAMLNode.Position
    /// The text of a scalar.
    var text = ""
    /// Whether a reference was replaced in it.
    var isSubstituted = false

    /// Whether it is null.
    var isNull: Bool {
        guard case .scalar(.null) = content else { return false }
        return true
    }

    /// Whether a problem was already added for it.
    var isInvalid: Bool {
        guard case .invalid = content else { return false }
        return true
    }

    /// The kind of node, in words.
    var kind: String {
        switch content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(.null), .invalid: "nothing"
        case .scalar(.bool): "a Boolean"
        case .scalar(.int): "a whole number"
        case .scalar(.double): "a number"
        case .scalar(.string): "a string"
        }
    }
}

/// Replaces references and interprets scalars.
struct NodeResolution {
    let file: String
    var substitution: Substitution
    var problems: [Problem] = []

    /// Resolves `node`, whose path is `path`.
    mutating func resolve(_ node: YAMLNode, path: String) -> Node {
        switch node.content {
        case .scalar(let scalar):
            return resolve(scalar, at: node.position, path: path)
        case .sequence(let items):
            let items = items.enumerated().map { resolve($1, path: "\(path)[\($0)]") }
            return Node(content: .sequence(items), position: node.position)
        case .mapping(let entries):
            var places: [String: YAMLNode.Position] = [:]
            let resolved = entries.map { entry in
                let path = Section.path(path, entry.key)
                if let first = places[entry.key] {
                    problem(at: entry.position, path, "the key occurs twice; the first one is at \(first)")
                }
                places[entry.key] = places[entry.key] ?? entry.position
                // References in keys are not replaced.
                return Node.Entry(
                    key: entry.key,
                    position: entry.position,
                    node: resolve(entry.value, path: path)
                )
            }
            return Node(content: .mapping(resolved), position: node.position)
        }
    }

    private mutating func resolve(_ scalar: YAMLNode.Scalar, at position: YAMLNode.Position, path: String) -> Node {
        var node = Node(content: .invalid, position: position)
        do throws(Substitution.InvalidReference) {
            (node.text, node.isSubstituted) = try substitution.apply(to: scalar.text)
        } catch {
            problem(at: position, path, "a reference must be ${NAME}, ${env:NAME} or ${NAME:-default}; $$ is one $")
            return node
        }
        switch scalar.tag {
        // "!" means that the scalar is a string.
        case "tag:yaml.org,2002:str", "!": node.content = .scalar(.string(node.text))
        case nil: node.content = .scalar(scalar.isPlain ? CoreSchema.value(of: node.text) : .string(node.text))
        case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float":
            node.content = .scalar(CoreSchema.value(of: node.text))
        default: problem(at: position, path, "the tag is unknown")
        }
        return node
    }

    private mutating func problem(at position: YAMLNode.Position, _ path: String, _ reason: String) {
        problems.append(Problem(file: file, position: position, path: path, reason: reason))
    }
}
