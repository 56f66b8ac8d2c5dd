/// Reads a JSON text (RFC 8259) from beginning to end.
struct JSONText {
    /// The greatest depth of objects and lists: that of nested messages.
    private static let levels = 2 * Nesting.limit

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    /// The name of the expected message, for errors.
    private let message: String

    /// Creates a reader of `bytes`, which should be this message.
    init(_ bytes: [UInt8], message: String) {
        (self.bytes, self.message) = (bytes, message)
    }

    /// An error at the current position.
    func error(_ problem: String) -> OTLPError {
        .malformedJSON(message: message, problem: problem, offset: position)
    }

    /// The next byte that is not white space; `nil` at the end.
    mutating func peek() -> UInt8? {
        while let byte = current {
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    /// Reads a character if it is next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Reads `null` if it is next.
    mutating func takeNull() throws(OTLPError) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    /// Reads an object; `member` must read each value.
    mutating func object(_ member: (_ key: String, inout JSONText) throws(OTLPError) -> Void) throws(OTLPError) {
        guard take("{") else { throw error("an object is expected") }
        try descend()
        if !take("}") {
            repeat {
                guard peek() == UInt8(ascii: "\"") else { throw error("a key in quotation marks is expected") }
                let key = try string()
                guard take(":") else { throw error("a colon is expected") }
                try member(key, &self)
            } while take(",")
            guard take("}") else { throw error("a comma or } is expected") }
        }
        depth -= 1
    }

    /// Reads a list; `element` must read each value.
    mutating func list(_ element: (inout JSONText) throws(OTLPError) -> Void) throws(OTLPError) {
        guard take("[") else { throw error("a list is expected") }
        try descend()
        if !take("]") {
            repeat { try element(&self) } while take(",")
            guard take("]") else { throw error("a comma or ] is expected") }
        }
        depth -= 1
    }

    /// Skips a value of any kind.
    mutating func skip() throws(OTLPError) {
        switch peek() {
        case UInt8(ascii: "{"): try object { (_, text) throws(OTLPError) in try text.skip() }
        case UInt8(ascii: "["): try list { text throws(OTLPError) in try text.skip() }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: _ = try number()
        }
    }

    /// Checks that nothing follows.
    mutating func end() throws(OTLPError) {
        if peek() != nil { throw error("there is something after the end") }
    }

    /// Reads a Boolean.
    mutating func bool() throws(OTLPError) -> Bool {
        switch peek() {
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        default: throw error("true or false is expected")
        }
        return true
    }

    /// Reads a number; returns it as written.
    mutating func number() throws(OTLPError) -> String {
        _ = peek()
        let start = position
        _ = takeAtOnce("-")
        guard let first = current, (0x30...0x39).contains(first) else { throw error("a value is expected") }
        if takeAtOnce("0") {
            if let next = current, (0x30...0x39).contains(next) { throw error("a number must not begin with 0") }
        } else {
            digits()
        }
        if takeAtOnce(".") { try someDigits() }
        if takeAtOnce("e") || takeAtOnce("E") {
            if !takeAtOnce("+") { _ = takeAtOnce("-") }
            try someDigits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Reads a string.
    mutating func string() throws(OTLPError) -> String {
        guard take("\"") else { throw error("a string in quotation marks is expected") }
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw error("a string is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case ..<0x20: throw error("a string has a control character")
            default: text.append(byte)
            }
        }
        throw error("a string has no end")
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func takeAtOnce(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func digits() {
        while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
    }

    private mutating func someDigits() throws(OTLPError) {
        let start = position
        digits()
        if position == start { throw error("a digit is expected") }
    }

    private mutating func literal(_ word: String) throws(OTLPError) {
        guard bytes[position...].starts(with: word.utf8) else { throw error("a value is expected") }
        position += word.utf8.count
    }

    private mutating func descend() throws(OTLPError) {
        depth += 1
        guard depth <= Self.levels else { throw .nestedTooDeeply(message: message) }
    }

    /// Reads the rest of an escape after the backslash; returns it in UTF-8.
    private mutating func escape() throws(OTLPError) -> [UInt8] {
        guard let byte = current else { throw error("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): break
        default: throw error("an invalid character follows a backslash")
        }
        var value = try hexadecimal()
        if (0xd800...0xdbff).contains(value), takeAtOnce("\\"), takeAtOnce("u") {
            let low = try hexadecimal()
            guard (0xdc00...0xdfff).contains(low) else { throw error("half a surrogate pair") }
            value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("half a surrogate pair") }
        return Array(String(scalar).utf8)
    }

    private mutating func hexadecimal() throws(OTLPError) -> UInt32 {
        guard bytes.count - position >= 4 else { throw error("a string has no end") }
        let digits = bytes[position..<position + 4]
        var value: UInt32 = 0
        for digit in digits {
            guard let part = Hexadecimal.value(digit) else { throw error("\\u must be followed by four digits") }
            value = value << 4 | UInt32(part)
        }
        position += 4
        return value
    }
}
