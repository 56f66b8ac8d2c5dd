internal import System

/// How secrets are shown.
enum Secret {
    /// What stands in their place.
    static let mask = "***"
}

/// A header that the user wants on each request, often a credential.
///
/// Its description and its reflection leave out the value.
package struct OTLPHeader: Hashable, Sendable {
    /// The name, an HTTP token.
    package var name: String
    /// The value: a secret.
    var value: String

    /// Creates a header, or nil when there is a ``problem(withName:)`` or a ``problem(withValue:)``.
    package init?(name: String, value: String) {
        guard Self.problem(withName: name) == nil, Self.problem(withValue: value) == nil else { return nil }
        self.init(checkedName: name, value: value)
    }

    /// Why `name` can't be that of a header, without naming it; nil when it can.
    package static func problem(withName name: String) -> String? {
        guard isToken(name) else { return "its name is not one that HTTP allows" }
        return reserved.contains(name.lowercased()) ? "tcplens sets that header itself" : nil
    }

    /// Why `value` can't be that of a header, without showing it; nil when it can.
    package static func problem(withValue value: String) -> String? {
        isFieldValue(value) ? nil : "its value has a line break or another control character"
    }

    /// The value as it may be shown: asterisks, whatever it is.
    package var redactedValue: String { Secret.mask }

    /// Whether the value is itself ``redactedValue``, as in a configuration that was printed, so that the real one is
    /// missing.
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
    /// Headers that say how the body is encoded, which is not the user's to decide, or that steer the connection.
    private static let reserved: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// Reads a list as W3C Baggage writes it: `name=value,name=value`, values percent-encoded, no metadata after `;`
    /// (OpenTelemetry specification, `protocol/exporter.md`, "Specifying headers via environment variables").
    ///
    /// A bad entry is left out with a warning that does not show it: a value with an unescaped comma in it would appear
    /// there. Of equal names, which have no case, the last one wins.
    ///
    /// - Parameters:
    ///   - text: The list.
    ///   - refuse: Takes the number of an entry that was left out, from 1 on, and why, without anything that stands there.
    /// - Returns: The headers that HTTP allows.
    package static func list(_ text: String, refuse: (_ entry: Int, _ reason: String) -> Void) -> [OTLPHeader] {
        var headers: [OTLPHeader] = []
        for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            if entry.trimmed.isEmpty { continue }
            do throws(Refusal) {
                headers.set(try header(entry))
            } catch {
                refuse(index + 1, error.reason)
            }
        }
        return headers
    }

    private struct Refusal: Error {
        var reason: String
    }

    private static func header(_ entry: Substring) throws(Refusal) -> OTLPHeader {
        // At the first "=": base64 ends in more of them.
        guard let equals = entry.firstIndex(of: "=") else { throw Refusal(reason: "expected name=value") }
        let (name, text) = (String(entry[..<equals].trimmed), entry[entry.index(after: equals)...].trimmed)
        guard text.isEmpty || !text.allSatisfy({ $0 == "=" }) else {
            // base64's padding: a name is shown, and this one is the rest of a value.
            throw Refusal(reason: "it looks like the rest of a value, in which a comma is written %2C")
        }
        if let reason = problem(withName: name) { throw Refusal(reason: reason) }
        guard let value = percentDecoded(text) else { throw Refusal(reason: "its value is not percent-encoded text") }
        if let reason = problem(withValue: value) { throw Refusal(reason: reason) }
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

    /// Whether `value` cannot end the header and begin another one.
    private static func isFieldValue(_ value: String) -> Bool {
        value.unicodeScalars.allSatisfy { $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }
    }

    /// `text` with each `%XX` replaced by its byte, or nil where that is not possible; `+` stays what it is.
    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexadecimalDigit),
                let low = rest.popFirst().flatMap(hexadecimalDigit)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension [OTLPHeader] {
    /// Adds `header` in place of one of the same name, which has no case.
    package mutating func set(_ header: OTLPHeader) {
        removeAll { $0.name.lowercased() == header.name.lowercased() }
        append(header)
    }
}
