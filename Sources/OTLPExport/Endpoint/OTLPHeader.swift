internal import System

/// How secrets are displayed.
enum Secret {
    /// The text in place of a secret.
    static let mask = "***"
}

/// A header that is added to each request, often a credential.
///
/// Its description and its mirror do not contain the value.
package struct OTLPHeader: Hashable, Sendable {
    /// The name, an HTTP token.
    package var name: String
    /// The value: a secret.
    var value: String

    /// Creates a header; nil if there is a ``problem(withName:)`` or a ``problem(withValue:)``.
    package init?(name: String, value: String) {
        guard Self.problem(withName: name) == nil, Self.problem(withValue: value) == nil else { return nil }
        self.init(checkedName: name, value: value)
    }

    /// Why `name` is not allowed, without quoting it; nil if it is.
    package static func problem(withName name: String) -> String? {
        guard isToken(name) else { return "its name is not one that HTTP allows" }
        return reserved.contains(name.lowercased()) ? "tcplens sets that header itself" : nil
    }

    /// Why `value` is not allowed, without quoting it; nil if it is.
    package static func problem(withValue value: String) -> String? {
        isFieldValue(value) ? nil : "its value has a line break or another control character"
    }

    /// The value for display: always asterisks.
    package var redactedValue: String { Secret.mask }

    /// Whether the value is ``redactedValue``, as in a printed configuration, so that the real one is missing.
    package var isRedacted: Bool { value == Secret.mask }

    private init(checkedName name: String, value: String) {
        self.name = name
        self.value = value
    }
}

extension OTLPHeader: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name, and three asterisks for the value.
    package var description: String { "\(name): \(Secret.mask)" }

    /// The same as ``description``.
    package var debugDescription: String { description }

    /// Only the name.
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

extension OTLPHeader {
    /// Headers that describe the encoding of the body, which the user does not decide, or that control the connection.
    private static let reserved: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// Parses a list in the format of W3C Baggage: `name=value,name=value` with percent-encoded values and without
    /// metadata after `;` (OpenTelemetry specification, `protocol/exporter.md`, "Specifying headers via environment
    /// variables").
    ///
    /// A malformed entry is left out. The warning does not quote it, because it may be part of a value with an
    /// unescaped comma. If a name occurs more than once, the last entry is used; case is ignored.
    ///
    /// - Parameters:
    ///   - text: The list.
    ///   - refuse: Called with the number of each entry that is left out, starting at 1, and the reason, which does not
    ///     quote it.
    /// - Returns: The valid headers.
    package static func list(_ text: String, refuse: (_ entry: Int, _ reason: String) -> Void) -> [OTLPHeader] {
        var headers: [OTLPHeader] = []
        for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            if entry.trimmed.isEmpty { continue }
            do throws(MalformedEntry) {
                headers.set(try header(entry))
            } catch {
                refuse(index + 1, error.reason)
            }
        }
        return headers
    }

    private struct MalformedEntry: Error {
        var reason: String
    }

    private static func header(_ entry: Substring) throws(MalformedEntry) -> OTLPHeader {
        // Split at the first "=": Base64 may end in more of them.
        guard let equals = entry.firstIndex(of: "=") else { throw MalformedEntry(reason: "expected name=value") }
        let (name, text) = (String(entry[..<equals].trimmed), entry[entry.index(after: equals)...].trimmed)
        guard text.isEmpty || !text.allSatisfy({ $0 == "=" }) else {
            // The padding of Base64. Names are displayed, and this one is the rest of a value.
            throw MalformedEntry(reason: "it looks like the rest of a value, in which a comma is written %2C")
        }
        if let reason = problem(withName: name) { throw MalformedEntry(reason: reason) }
        guard let value = PercentEncoding.decode(text) else {
            throw MalformedEntry(reason: "its value is not percent-encoded text")
        }
        if let reason = problem(withValue: value) { throw MalformedEntry(reason: reason) }
        return OTLPHeader(checkedName: name, value: value)
    }

    /// Whether `name` is a `token` of RFC 9110, section 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9": true
                default: "!#$%&'*+-.^_`|~".unicodeScalars.contains(scalar)
                }
            }
    }

    /// Whether `value` can't end the header and start another one.
    private static func isFieldValue(_ value: String) -> Bool {
        value.unicodeScalars.allSatisfy { $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }
    }
}

extension [OTLPHeader] {
    /// Adds `header`, replacing one with the same name; case is ignored.
    package mutating func set(_ header: OTLPHeader) {
        removeAll { $0.name.lowercased() == header.name.lowercased() }
        append(header)
    }
}
