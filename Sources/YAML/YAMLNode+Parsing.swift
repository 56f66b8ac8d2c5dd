extension YAMLNode {
    /// Limits for a text that may come from anybody.
    package struct Limits: Sendable {
        /// The greatest number of bytes.
        package var bytes = 256 * 1024
        /// The greatest depth of nested nodes.
        package var depth = 32
        /// The greatest number of nodes; the nodes that an alias stands for are counted again.
        package var nodes = 20_000

        /// Creates the default limits.
        package init() {}
    }

    /// Parses the only document of `text`; nil if it is empty.
    ///
    /// An alias is a copy of the node that it names, which must end before it.
    ///
    /// - Throws: ``YAMLError`` at the first place that is not YAML, or if a limit is exceeded.
    package static func document(_ text: [UInt8], limits: Limits = Limits()) throws(YAMLError) -> YAMLNode? {
        guard text.count <= limits.bytes else {
            throw YAMLError(reason: "it is larger than \(limits.bytes) bytes")
        }
        var composer = Composer(events: try YAMLEvents(text), limits: limits)
        return try composer.document()
    }
}

/// Makes nodes from events.
private struct Composer {
    /// A node with an anchor, and its size.
    private struct Anchored {
        var node: YAMLNode
        var count: Int
        var depth: Int
    }

    let events: YAMLEvents
    let limits: YAMLNode.Limits
    private var anchors: [String: Anchored] = [:]
    private var count = 0

    init(events: YAMLEvents, limits: YAMLNode.Limits) {
        self.events = events
        self.limits = limits
    }

    mutating func document() throws(YAMLError) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let (event, position) = try events.next()
            switch event {
            case .start, .documentEnd: continue
            case .documentStart where root == nil:
                let (event, position) = try events.next()
                root = try node(event, at: position, depth: 1).node
            case .end: return root
            default: throw YAMLError(position: position, reason: "a second document begins here; only one is allowed")
            }
        }
    }

    /// The node that begins with `event`, and its depth.
    private mutating func node(
        _ event: YAMLEvents.Event,
        at position: YAMLNode.Position,
        depth: Int
    ) throws(YAMLError) -> (node: YAMLNode, depth: Int) {
        let before = count
        try add(1, at: position)
        guard depth <= limits.depth else {
            throw YAMLError(position: position, reason: "nodes are nested deeper than \(limits.depth) levels")
        }
        let node: YAMLNode
        let anchor: String?
        var below = 1
        switch event {
        case .scalar(let scalar, let name):
            (node, anchor) = (YAMLNode(.scalar(scalar), at: position), name)
        case .sequenceStart(let name):
            var items: [YAMLNode] = []
            while let item = try child(depth: depth) {
                items.append(item.node)
                below = max(below, item.depth + 1)
            }
            (node, anchor) = (YAMLNode(.sequence(items), at: position), name)
        case .mappingStart(let name):
            var entries: [YAMLNode.Entry] = []
            while let key = try child(depth: depth) {
                guard case .scalar(let scalar) = key.node.content else {
                    throw YAMLError(position: key.node.position, reason: "a key must be a single value")
                }
                guard let value = try child(depth: depth) else { break }
                below = max(below, value.depth + 1)
                entries.append(.init(key: scalar.text, position: key.node.position, value: value.node))
            }
            (node, anchor) = (YAMLNode(.mapping(entries), at: position), name)
        case .alias(let name):
            guard let target = anchors[name] else {
                throw YAMLError(position: position, reason: "an alias names an anchor that does not end before it")
            }
            try add(target.count - 1, at: position)
            guard depth + target.depth - 1 <= limits.depth else {
                throw YAMLError(position: position, reason: "nodes are nested deeper than \(limits.depth) levels")
            }
            return (YAMLNode(target.node.content, at: position), target.depth)
        default:
            throw YAMLError(position: position, reason: "a value is missing")
        }
        if let anchor {
            anchors[anchor] = Anchored(node: node, count: count - before, depth: below)
        }
        return (node, below)
    }

    /// The next node of a sequence or mapping, or nil at its end.
    private mutating func child(depth: Int) throws(YAMLError) -> (node: YAMLNode, depth: Int)? {
        let (event, position) = try events.next()
        switch event {
        case .sequenceEnd, .mappingEnd: return nil
        default: return try node(event, at: position, depth: depth + 1)
        }
    }

    private mutating func add(_ nodes: Int, at position: YAMLNode.Position) throws(YAMLError) {
        count += nodes
        guard count <= limits.nodes else {
            throw YAMLError(
                position: position,
                reason: "it has more than \(limits.nodes) nodes, aliases counted in full"
            )
        }
    }
}
