/// The value of an attribute: OTLP's `AnyValue` (`common.proto`).
///
/// Only the scalar kinds: neither metric attributes nor the agent's resource need others.
package enum AttributeValue: Hashable, Sendable, Codable {
    /// A text.
    case string(String)
    /// A Boolean.
    case bool(Bool)
    /// An integer.
    case int(Int64)
    /// A floating-point number.
    case double(Double)
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    /// Creates a ``string(_:)``.
    package init(stringLiteral value: String) {
        self = .string(value)
    }

    /// Creates a ``bool(_:)``.
    package init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    /// Creates an ``int(_:)``.
    package init(integerLiteral value: Int64) {
        self = .int(value)
    }
}

extension AttributeValue: CustomStringConvertible {
    /// The value for people; strings have no quotation marks.
    package var description: String {
        switch self {
        case .string(let value): value
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        }
    }
}

/// A key and its value.
package struct Attribute: Hashable, Sendable, Codable {
    /// The name; that of a semantic convention if there is one.
    package var key: String

    /// The value.
    package var value: AttributeValue

    /// Creates an attribute.
    package init(_ key: String, _ value: AttributeValue) {
        self.key = key
        self.value = value
    }
}

/// A set of attributes with unique keys, sorted by key.
///
/// The order gives equal sets equal values and equal bytes on the wire. Copies share their storage, so a series keeps
/// its set and passes it to each of its points without allocating. Sets with the same storage are equal at once, and
/// the hash value is computed only once, so that a series is cheap to find.
package struct Attributes: Sendable {
    /// The attributes and what follows from them.
    package final class Storage: Sendable {
        static let empty = Storage([])

        let elements: [Attribute]
        let hash: Int
        /// The set in the form in which it is exported; the encoder makes it.
        package let encoded = KeptBytes()

        init(_ elements: [Attribute]) {
            self.elements = elements
            hash = elements.hashValue
        }
    }

    /// Shared by all copies of the set.
    package private(set) var storage: Storage

    private var elements: [Attribute] { storage.elements }

    /// Creates a set.
    ///
    /// If several attributes have the same key, the last one is kept.
    ///
    /// Keys are unique because OTLP requires it (`metrics.proto`, `attributes`: "MUST be unique").
    package init(_ attributes: some Sequence<Attribute>) {
        // The sort is stable, so the last attribute of a key is the one to keep.
        let sorted = attributes.sorted { $0.key < $1.key }
        var elements: [Attribute] = []
        elements.reserveCapacity(sorted.count)
        for attribute in sorted {
            if elements.last?.key == attribute.key {
                elements.removeLast()
            }
            elements.append(attribute)
        }
        storage = elements.isEmpty ? .empty : Storage(elements)
    }

    /// Whether this set and `other` are copies of one set, which is more than that they are equal.
    package func isCopy(of other: Attributes) -> Bool {
        storage === other.storage
    }

    /// The value of `key`; setting `nil` removes it.
    package subscript(key: String) -> AttributeValue? {
        get {
            let index = position(of: key)
            return index < elements.count && elements[index].key == key ? elements[index].value : nil
        }
        set {
            let index = position(of: key)
            let exists = index < elements.count && elements[index].key == key
            var elements = elements
            switch (exists, newValue) {
            case (true, .some(let value)): elements[index].value = value
            case (true, nil): elements.remove(at: index)
            case (false, .some(let value)): elements.insert(Attribute(key, value), at: index)
            case (false, nil): return
            }
            storage = elements.isEmpty ? .empty : Storage(elements)
        }
    }

    /// This set merged with `other`, whose values replace those of the same key, even if they are empty.
    ///
    /// These are the rules for merging resources (OpenTelemetry specification, `resource/sdk.md`, "Merge").
    package func merging(_ other: Attributes) -> Attributes {
        var result = self
        for attribute in other {
            result[attribute.key] = attribute.value
        }
        return result
    }

    /// The index of the first element whose key does not sort before `key`.
    private func position(of key: String) -> Int {
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = low + (high - low) / 2
            if elements[middle].key < key {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

extension Attributes: Hashable {
    /// Whether both have the same attributes.
    package static func == (left: Attributes, right: Attributes) -> Bool {
        left.storage === right.storage
            || left.storage.hash == right.storage.hash && left.storage.elements == right.storage.elements
    }

    /// Feeds the hash value into `hasher`.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(storage.hash)
    }
}

extension Attributes: RandomAccessCollection {
    /// The first index.
    package var startIndex: Int { elements.startIndex }

    /// One past the last index.
    package var endIndex: Int { elements.endIndex }

    /// The attribute at `position`, sorted by key.
    package subscript(position: Int) -> Attribute { elements[position] }
}

extension Attributes: ExpressibleByDictionaryLiteral {
    /// Creates a set from a literal; if a key occurs more than once, the last one is kept.
    package init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self.init(elements.map { Attribute($0.0, $0.1) })
    }
}
