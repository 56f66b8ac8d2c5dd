import YAML

extension FuzzTarget {
    /// YAML: what was read is written so that it is read as the same, within the limits.
    static let yaml = FuzzTarget("yaml") { bytes in
        guard let node = try YAMLNode.document(bytes) else { return }
        try expect(node.count <= YAMLNode.Limits().nodes, "\(node.count) nodes are read")
        // A document that is an empty value would be nothing.
        let entry = YAMLNode(.mapping([.init(key: "document", position: node.position, value: node)]))
        let text = try entry.text()
        var limits = YAMLNode.Limits()
        // Aliases are written in full.
        (limits.bytes, limits.depth) = (.max, limits.depth + 1)
        limits.nodes += 2
        let again = try reading { try YAMLNode.document(Array(text.utf8), limits: limits) }
        try expect(again.map(entry.isSame) == true, "\(entry) is written as \(text)")
    }
}

extension YAMLNode {
    /// How many nodes it has.
    fileprivate var count: Int {
        switch content {
        case .scalar: 1
        case .sequence(let items): items.reduce(1) { $0 + $1.count }
        case .mapping(let entries): entries.reduce(1) { $0 + 1 + $1.value.count }
        }
    }

    /// Whether `written` is read as the same as this node, wherever it is.
    ///
    /// A plain value may be written in quotation marks, but one in quotation marks is a string and has to stay one.
    fileprivate func isSame(_ written: YAMLNode) -> Bool {
        switch (content, written.content) {
        case (.scalar(let scalar), .scalar(let other)):
            // By bytes, because characters would be equal in other forms of Unicode as well.
            scalar.text.utf8.elementsEqual(other.text.utf8) && (scalar.isPlain || !other.isPlain)
        case (.sequence(let items), .sequence(let others)):
            items.count == others.count && zip(items, others).allSatisfy { $0.isSame($1) }
        case (.mapping(let entries), .mapping(let others)):
            entries.count == others.count
                && zip(entries, others).allSatisfy { $0.key == $1.key && $0.value.isSame($1.value) }
        default: false
        }
    }
}
