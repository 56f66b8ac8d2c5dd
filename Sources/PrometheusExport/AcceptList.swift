internal import System

/// The elements of `Accept` or `Accept-Encoding`, in order of preference (RFC 9110, section 12.4).
struct AcceptList {
    /// An element, in lower case.
    struct Element: Equatable {
        /// The media type or coding, such as `text/plain` or `gzip`.
        var value: String
        /// Its parameters except the weight, such as `version`.
        var parameters: [String: String] = [:]
        /// The weight (quality value), from 0, not acceptable, to 1.
        var weight = 1.0
    }

    /// All elements; those of equal weight in their original order.
    let elements: [Element]

    /// Parses the value of a header field; malformed elements are ignored.
    init(_ field: String) {
        elements = field.split(separator: ",").compactMap { Element($0) }
            .enumerated()
            .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element)
    }

    /// Whether the client accepts gzip and does not prefer identity (RFC 9110, section 12.5.3).
    var prefersGzip: Bool {
        let gzip = weight(of: "gzip", "x-gzip")
        return gzip > 0 && gzip >= weight(of: "identity")
    }

    /// The weight of the value with one of these names; 0 if it is not mentioned.
    private func weight(of names: String...) -> Double {
        let element = elements.first { names.contains($0.value) } ?? elements.first { $0.value == "*" }
        return element?.weight ?? 0
    }
}

extension AcceptList.Element {
    /// Parses an element, such as `text/plain; version=0.0.4; q=0.5`.
    fileprivate init?(_ text: Substring) {
        let parts = text.lowercased().split(separator: ";").map(\.trimmed)
        guard let value = parts.first, !value.isEmpty else { return nil }
        self.init(value: String(value))
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard pair.count == 2 else { continue }
            if pair[0] == "q" {
                guard let weight = Double(pair[1]), (0...1).contains(weight) else { return nil }
                self.weight = weight
            } else {
                parameters[String(pair[0])] = pair[1].filter { $0 != "\"" }
            }
        }
    }
}
