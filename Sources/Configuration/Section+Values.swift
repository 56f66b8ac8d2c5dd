internal import System

extension Section {
    /// The string at `key`.
    ///
    /// A number or a Boolean is refused, unless it was substituted from an environment variable. Such a value is always
    /// text; otherwise a token made of digits would turn into a number.
    package mutating func string(_ key: String, isRequired: Bool = false) -> String? {
        guard let node = node(key, isRequired: isRequired) else { return nil }
        return string(of: node, at: Self.path(path, key))
    }

    /// The strings of the list at `key`, in order; other items become problems.
    package mutating func strings(_ key: String) -> [(index: Int, text: String)]? {
        guard let items = items(key) else { return nil }
        return items.enumerated().compactMap { index, item in
            string(of: item, at: "\(Self.path(path, key))[\(index)]").map { (index, $0) }
        }
    }

    /// Adds a problem with the item at `index` of the list at `key`.
    package mutating func refuse(_ key: String, item index: Int, _ reason: String) {
        guard let items = items(key), items.indices.contains(index) else { return }
        problem(at: items[index].position, "\(Self.path(path, key))[\(index)]", reason)
    }

    /// The Boolean at `key`.
    package mutating func bool(_ key: String) -> Bool? {
        guard let node = node(key) else { return nil }
        guard case .scalar(.bool(let value)) = node.content else {
            problem(at: node.position, Self.path(path, key), "expected true or false, found \(node.kind)")
            return nil
        }
        return value
    }

    /// The integer at `key`, which must be in `range`.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - range: The allowed values.
    ///   - unit: The unit, for the problem.
    /// - Returns: The number, or nil.
    package mutating func integer(_ key: String, in range: ClosedRange<Int>, of unit: String = "") -> Int? {
        guard let node = node(key) else { return nil }
        guard case .scalar(.int(let value)) = node.content, range.contains(value) else {
            let what =
                "a whole number\(unit.isEmpty ? "" : " of \(unit)") from \(range.lowerBound) to \(range.upperBound)"
            problem(at: node.position, Self.path(path, key), "expected \(what), found \(found(node, "a whole number"))")
            return nil
        }
        return value
    }

    /// The number at `key`, integer or not.
    package mutating func number(_ key: String) -> Double? {
        guard let node = node(key) else { return nil }
        switch node.content {
        case .scalar(.int(let value)): return Double(value)
        case .scalar(.double(let value)): return value
        default:
            problem(at: node.position, Self.path(path, key), "expected a number, found \(node.kind)")
            return nil
        }
    }

    /// The duration at `key`, written as an integer number of milliseconds.
    package mutating func milliseconds(_ key: String, in range: ClosedRange<Int> = 0...Int(Int32.max)) -> Duration? {
        integer(key, in: range, of: "milliseconds").map { .milliseconds($0) }
    }

    /// The value for the name at `key`, which must be one of `choices` exactly.
    package mutating func choice<Value>(_ key: String, from choices: Choices<Value>) -> Value? {
        guard let node = node(key) else { return nil }
        guard let value = choices.value(named: node.text) else {
            let expected = "expected one of \(choices.names.joined(separator: ", "))"
            problem(at: node.position, Self.path(path, key), "\(expected), found \(found(node, "a string"))")
            return nil
        }
        return value
    }

    private mutating func string(of node: Node, at path: String) -> String? {
        switch node.content {
        case .scalar(.string): return node.text
        case .scalar where node.isSubstituted: return node.text
        case .invalid: break
        case .scalar: problem(at: node.position, path, "expected a string, found \(node.kind): put it in quotes")
        case .sequence, .mapping: problem(at: node.position, path, "expected a string, found \(node.kind)")
        }
        return nil
    }

    /// Describes the node at a place where `expected` was expected, without its value: that may be a secret in the
    /// wrong place.
    private func found(_ node: Node, _ expected: String) -> String {
        node.kind == expected ? "another one" : node.kind
    }
}
