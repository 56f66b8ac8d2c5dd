internal import System

/// The elements of `Accept` or `Accept-Encoding`, the most wanted first (RFC 9110, section 12.4).
struct AcceptList {
    /// One element, all in lower case.
    struct Element: Equatable {
        /// What is wanted, as `text/plain` or `gzip`.
        var value: String
        /// Its parameters but for the weight, as `version`.
        var parameters: [String: String] = [:]
        /// How much it is wanted, from 0, not at all, to 1.
        var weight = 1.0
    }

    /// All elements; those of the same weight in their order.
    let elements: [Element]

    /// Reads the value of a header field; an element that is malformed counts for nothing.
    init(_ field: String) {
        elements = field.split(separator: ",").compactMap { Element($0) }
            .enumerated()
            .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element)
    }

    /// Whether a response is best compressed by gzip: where that is taken, and wanted no less than one that is not compressed
    /// (RFC 9110, section 12.5.3).
    var prefersGzip: Bool {
        let gzip = weight(of: "gzip", "x-gzip")
        return gzip > 0 && gzip >= weight(of: "identity")
    }

    /// How much the one value with these names is wanted; 0 where nothing is said of it.
    private func weight(of names: String...) -> Double {
        let element = elements.first { names.contains($0.value) } ?? elements.first { $0.value == "*" }
        return element?.weight ?? 0
    }
}

extension AcceptList.Element {
    /// Reads one element, as `text/plain; version=0.0.4; q=0.5`.
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
