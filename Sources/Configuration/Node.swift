internal import System
internal import YAML

/// A part of a configuration, with references replaced and the meaning of scalars known.
struct Node {
    /// A key with its value.
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
        /// What could not be understood, which is a problem already.
        case invalid
    }

    var content: Content
    var position: YAMLNode.Position
    /// The text of a scalar, whatever it means.
    var text = ""
    /// Whether a reference was replaced in it.
    var isSubstituted = false

    /// Whether there is nothing.
    var isNull: Bool {
        guard case .scalar(.null) = content else { return false }
        return true
    }

    /// Whether it is a problem already.
    var isInvalid: Bool {
        guard case .invalid = content else { return false }
        return true
    }

    /// What it is, in words.
    var kind: String {
        switch content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(.null), .invalid: "nothing"
        case .scalar(.bool): "a truth value"
        case .scalar(.int): "a whole number"
        case .scalar(.double): "a number"
        case .scalar(.string): "a text"
        }
    }
}

/// Makes nodes of what was written.
struct NodeResolution {
    let file: String
    var substitution: Substitution
    var problems: [Problem] = []

    /// What `node` means, which stands at `path`.
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
                    problem(at: entry.position, path, "the key is there twice; the first one is at \(first)")
                }
                places[entry.key] = places[entry.key] ?? entry.position
                // Keys are never substituted.
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
        // "!" says: no meaning but the text.
        case "tag:yaml.org,2002:str", "!": node.content = .scalar(.string(node.text))
        case nil: node.content = .scalar(scalar.isPlain ? CoreSchema.value(of: node.text) : .string(node.text))
        case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float":
            node.content = .scalar(CoreSchema.value(of: node.text))
        default: problem(at: position, path, "the tag is none that is known here")
        }
        return node
    }

    private mutating func problem(at position: YAMLNode.Position, _ path: String, _ reason: String) {
        problems.append(Problem(file: file, position: position, path: path, reason: reason))
    }
}
