internal import FoundationEssentials

extension String {
    /// The string as a JSON string (RFC 8259, section 7).
    var quoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\":
                result += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// The Base64 encoding (RFC 4648), as OTLP's JSON uses it.
enum Base64 {
    /// Encodes `bytes` with the standard alphabet and padding.
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }

    /// Decodes `text`, with or without padding and in either alphabet of RFC 4648; `nil` if it is malformed.
    static func decode(_ text: String) -> [UInt8]? {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        // Foundation requires the padding.
        let missing = text.hasSuffix("=") ? 0 : (4 - text.utf8.count % 4) % 4
        guard missing < 3 else { return nil }
        return Data(base64Encoded: standard + String(repeating: "=", count: missing)).map(Array.init)
    }
}

extension Double {
    /// The number as JSON, or the string that OTLP defines for a number that JSON can't represent.
    var json: String {
        guard !isNaN else { return "\"NaN\"" }
        guard isFinite else { return self < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
        return "\(self)"
    }
}
