/// Converts OTLP's JSON to the binary format, which is then decoded as usual.
///
/// The rules are those of the OTLP specification, "JSON Protobuf Encoding": keys in lowerCamelCase, 64-bit integers as
/// numbers or strings, enumerations as numbers; unknown keys are ignored.
struct JSONDecoding {
    private let schemas = Schemas.all

    /// Converts the JSON `text` of the message with this full name.
    ///
    /// - Throws: ``OTLPError`` for text that is not JSON, or not this message.
    static func wire(_ text: [UInt8], of name: String) throws(OTLPError) -> [UInt8] {
        let decoding = JSONDecoding()
        var reader = JSONText(text, message: name)
        guard let place = decoding.schemas.place(of: name) else { throw .malformed(message: name) }
        let bytes = try decoding.message(place, &reader)
        try reader.end()
        return bytes
    }

    private func message(_ place: Int, _ text: inout JSONText) throws(OTLPError) -> [UInt8] {
        let schema = schemas.messages[place]
        var bytes: [UInt8] = []
        try text.object { key, text throws(OTLPError) in
            guard let index = schema.byKey[key] else { return try text.skip() }
            // Null is the same as an absent field.
            guard try !text.takeNull() else { return }
            try append(schema.fields[index], &text, to: &bytes)
        }
        return bytes
    }

    private func append(_ field: MessageSchema.Field, _ text: inout JSONText, to bytes: inout [UInt8])
        throws(OTLPError)
    {
        guard field.isRepeated else { return try append(one: field, &text, to: &bytes) }
        var packed: [UInt8] = []
        try text.list { text throws(OTLPError) in
            if field.kind.isPackable {
                try append(field.kind, field.key, &text, to: &packed)
            } else {
                try append(one: field, &text, to: &bytes)
            }
        }
        if field.kind.isPackable, !packed.isEmpty {
            bytes.append(tag: field.number, .length)
            bytes.append(varint: UInt64(packed.count))
            bytes += packed
        }
    }

    private func append(one field: MessageSchema.Field, _ text: inout JSONText, to bytes: inout [UInt8])
        throws(OTLPError)
    {
        bytes.append(tag: field.number, field.kind.wireType)
        try append(field.kind, field.key, &text, to: &bytes)
    }

    /// Appends a value without its tag.
    private func append(_ kind: MessageSchema.Kind, _ key: String, _ text: inout JSONText, to bytes: inout [UInt8])
        throws(OTLPError)
    {
        switch kind {
        case .message(let place): bytes.append(counted: try message(place, &text))
        case .string: bytes.append(counted: Array(try text.string().utf8))
        case .bool: bytes.append(try text.bool() ? 1 : 0)
        case .double: bytes.append(fixed: try double(key, &text).bitPattern)
        case .enumeration:
            guard text.peek() != UInt8(ascii: "\"") else { throw text.error("\(key) must be a number, not a name") }
            let value: Int32 = try integer(key, &text)
            bytes.append(varint: UInt64(bitPattern: Int64(value)))
        case .bytes(let isHexadecimal):
            let string = try text.string()
            guard let value = isHexadecimal ? Hexadecimal.decode(string) : Base64.decode(string) else {
                throw text.error("\(key) must be \(isHexadecimal ? "hexadecimal digits" : "Base64")")
            }
            bytes.append(counted: value)
        case .integer(let form, let isWide): try append(form, isWide: isWide, key, &text, to: &bytes)
        }
    }

    private func append(
        _ form: MessageSchema.Integer,
        isWide: Bool,
        _ key: String,
        _ text: inout JSONText,
        to bytes: inout [UInt8]
    ) throws(OTLPError) {
        switch form {
        case .varint:
            let value: Int64 = isWide ? try integer(key, &text) : Int64(try integer(key, &text) as Int32)
            bytes.append(varint: UInt64(bitPattern: value))
        case .zigzag:
            let value: Int32 = try integer(key, &text)
            bytes.append(varint: UInt64(UInt32(bitPattern: value << 1 ^ value >> 31)))
        case .unsignedVarint:
            bytes.append(varint: isWide ? try integer(key, &text) : UInt64(try integer(key, &text) as UInt32))
        case .fixed: bytes.append(fixed: try integer(key, &text))
        case .signedFixed: bytes.append(fixed: UInt64(bitPattern: try integer(key, &text)))
        }
    }

    /// Reads an integer, as a number or a string; `1e3` is one too.
    private func integer<Value: FixedWidthInteger>(_ key: String, _ text: inout JSONText) throws(OTLPError) -> Value {
        let isText = text.peek() == UInt8(ascii: "\"")
        let digits = isText ? try text.string() : try text.number()
        if let value = Value(digits) { return value }
        if let number = Double(digits), let value = Value(exactly: number) { return value }
        throw text.error("\(key) must be a whole number of \(Value.bitWidth) bits")
    }

    private func double(_ key: String, _ text: inout JSONText) throws(OTLPError) -> Double {
        let isText = text.peek() == UInt8(ascii: "\"")
        let digits = isText ? try text.string() : try text.number()
        switch digits {
        case "NaN" where isText: return .nan
        case "Infinity" where isText: return .infinity
        case "-Infinity" where isText: return -.infinity
        default:
            guard let value = Double(digits), value.isFinite else { throw text.error("\(key) must be a number") }
            return value
        }
    }
}
