/// The meaning of plain scalars in the core schema of YAML 1.2 (section 10.3.2).
///
/// In this schema `no` is a string, not a Boolean.
enum CoreSchema {
    /// A single value.
    enum Value: Equatable {
        case null
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
    }

    /// The meaning of `text`.
    static func value(of text: String) -> Value {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        case ".nan", ".NaN", ".NAN": .double(.nan)
        default: integer(text) ?? double(text) ?? .string(text)
        }
    }

    /// `[-+]?[0-9]+`, `0o[0-7]+` or `0x[0-9a-fA-F]+`.
    ///
    /// An integer that does not fit becomes a floating-point number.
    private static func integer(_ text: String) -> Value? {
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let (digits, radix): (Substring, Int) =
            text.hasPrefix("0o")
            ? (text.dropFirst(2), 8) : text.hasPrefix("0x") ? (text.dropFirst(2), 16) : (unsigned, 10)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
        let number = Int(radix == 10 ? text[...] : digits, radix: radix)
        return number.map { .int($0) } ?? .double(Double(text) ?? .infinity)
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        let character = Character(Unicode.Scalar(byte))
        return character.isASCII && (character.hexDigitValue.map { $0 < radix } ?? false)
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` or `[-+]?\.inf`.
    private static func double(_ text: String) -> Value? {
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard ![".inf", ".Inf", ".INF"].contains(unsigned) else {
            return .double(text.hasPrefix("-") ? -.infinity : .infinity)
        }
        // Everything else that `Double` accepts begins with a letter or contains an x.
        guard let first = unsigned.utf8.first, first == UInt8(ascii: ".") || isDigit(first, radix: 10),
            unsigned.utf8.allSatisfy({ isDigit($0, radix: 10) || ".eE+-".utf8.contains($0) }), unsigned != "."
        else { return nil }
        return Double(text).map { .double($0) }
    }
}
