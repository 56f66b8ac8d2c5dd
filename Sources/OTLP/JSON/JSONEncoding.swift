/// Converts the binary format to OTLP's JSON, on one line; fields that are not in the schema are left out.
struct JSONEncoding {
    private let schemas = Schemas.all
    private let name: String

    /// Converts the message in `bytes` with this full name.
    ///
    /// - Throws: ``OTLPError`` for bytes that are not this message.
    static func text(_ bytes: [UInt8], of name: String) throws(OTLPError) -> [UInt8] {
        let encoding = JSONEncoding(name: name)
        guard let place = encoding.schemas.place(of: name) else { throw .malformed(message: name) }
        var text: [UInt8] = []
        try encoding.append(place, bytes[...], depth: 0, to: &text)
        return text
    }

    private func append(_ place: Int, _ bytes: ArraySlice<UInt8>, depth: Int, to text: inout [UInt8])
        throws(OTLPError)
    {
        guard depth < Nesting.limit else { throw .nestedTooDeeply(message: name) }
        let schema = schemas.messages[place]
        var values = [[WireReader.Value]](repeating: [], count: schema.fields.count)
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            guard let (number, value) = reader.field() else { throw .malformed(message: name) }
            if let index = schema.byNumber[number] { values[index].append(value) }
        }
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        for (field, values) in zip(schema.fields, values) {
            // If a singular field is repeated, the last value counts.
            let values = try field.isRepeated ? unpacked(values, field.kind) : values.suffix(1)
            guard !values.isEmpty else { continue }
            text += Array("\(isFirst ? "" : ",")\"\(field.key)\":".utf8)
            isFirst = false
            if field.isRepeated { text.append(UInt8(ascii: "[")) }
            for (index, value) in values.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                try append(value, field.kind, depth: depth, to: &text)
            }
            if field.isRepeated { text.append(UInt8(ascii: "]")) }
        }
        text.append(UInt8(ascii: "}"))
    }

    /// The values of a repeated field, which may be separate, packed, or both.
    private func unpacked(_ values: [WireReader.Value], _ kind: MessageSchema.Kind) throws(OTLPError)
        -> [WireReader.Value]
    {
        guard kind.isPackable else { return values }
        var all: [WireReader.Value] = []
        for value in values {
            guard case .bytes(let bytes) = value else {
                all.append(value)
                continue
            }
            var reader = WireReader(bytes)
            while !reader.isAtEnd {
                guard let number = kind.wireType == .fixed64 ? reader.fixed(8) : reader.varint() else {
                    throw .malformed(message: name)
                }
                all.append(.number(number))
            }
        }
        return all
    }

    private func append(_ value: WireReader.Value, _ kind: MessageSchema.Kind, depth: Int, to text: inout [UInt8])
        throws(OTLPError)
    {
        switch (kind, value) {
        case (.message(let place), .bytes(let bytes)): try append(place, bytes, depth: depth + 1, to: &text)
        case (.string, .bytes(let bytes)): text += String(decoding: bytes, as: UTF8.self).quoted.utf8
        case (.bytes(let isHexadecimal), .bytes(let bytes)):
            text += (isHexadecimal ? Hexadecimal.encode(bytes) : Base64.encode(Array(bytes))).quoted.utf8
        case (.bool, .number(let bits)): text += (bits != 0 ? "true" : "false").utf8
        case (.double, .number(let bits)): text += Double(bitPattern: bits).json.utf8
        case (.enumeration, .number(let bits)): text += "\(Int32(truncatingIfNeeded: bits))".utf8
        case (.integer(let form, let isWide), .number(let bits)):
            let digits = Self.digits(bits, form, isWide: isWide)
            text += (isWide ? "\"\(digits)\"" : digits).utf8
        default: throw .malformed(message: name)
        }
    }

    private static func digits(_ bits: UInt64, _ form: MessageSchema.Integer, isWide: Bool) -> String {
        switch form {
        case .unsignedVarint, .fixed: isWide ? "\(bits)" : "\(UInt32(truncatingIfNeeded: bits))"
        case .varint, .signedFixed:
            isWide ? "\(Int64(bitPattern: bits))" : "\(Int32(truncatingIfNeeded: bits))"
        case .zigzag: "\(Int32(bitPattern: UInt32(truncatingIfNeeded: bits >> 1)) ^ -Int32(bits & 1))"
        }
    }
}
