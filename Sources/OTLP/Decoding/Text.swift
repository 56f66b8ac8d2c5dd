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
        let padding = text.utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let digits = text.dropLast(padding).replacing("-", with: "+").replacing("_", with: "/")
        // Foundation requires the padding, and ignores what is wrong with it.
        guard padding == 0 || padding <= 2 && text.utf8.count.isMultiple(of: 4), !digits.contains("="),
            digits.utf8.count % 4 != 1
        else { return nil }
        let padded = String(digits) + String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        return Data(base64Encoded: padded).map(Array.init)
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
