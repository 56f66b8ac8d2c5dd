internal import Metrics

/// `OTEL_RESOURCE_ATTRIBUTES`: `key=value` pairs separated by commas; keys and values are percent-encoded.
///
/// Source: OpenTelemetry specification, `resource/sdk.md`, "Specifying resource information via an environment
/// variable". A single error discards the whole value.
enum ResourceAttributes {
    /// Parses `text`; `nil` if any part of it is malformed.
    static func parse(_ text: String) -> Attributes? {
        var attributes: Attributes = [:]
        for pair in text.split(separator: ",") where !pair.allSatisfy(\.isWhitespace) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let key = decode(parts[0]), let value = decode(parts[1]), !key.isEmpty else {
                return nil
            }
            attributes[key] = .string(value)
        }
        return attributes
    }

    /// `UInt8(_:radix:)` would take a sign as well.
    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        Character(Unicode.Scalar(byte)).isHexDigit
    }

    /// The text without white space around it, its percent-encoding undone; `nil` when that is malformed.
    private static func decode(_ text: Substring) -> String? {
        let trimmed = text.trimmingPrefix(while: \.isWhitespace)
        let end = trimmed.lastIndex { !$0.isWhitespace }.map(trimmed.index(after:)) ?? trimmed.startIndex
        var bytes: [UInt8] = []
        var rest = trimmed[..<end].utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy(isHexadecimal),
                let value = UInt8(String(Substring(digits)), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
