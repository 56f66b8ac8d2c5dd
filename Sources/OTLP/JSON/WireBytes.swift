/// The wire types of protobuf.
enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case length = 2
}

extension MessageSchema.Kind {
    /// The wire type of this kind of value.
    var wireType: WireType {
        switch self {
        case .double, .integer(.fixed, _), .integer(.signedFixed, _): .fixed64
        case .bool, .enumeration, .integer: .varint
        case .string, .bytes, .message: .length
        }
    }

    /// Whether repeated values may be packed behind one tag.
    var isPackable: Bool { wireType != .length }
}

/// Writes protobuf's wire format.
extension [UInt8] {
    /// Appends the tag of a field.
    mutating func append(tag number: UInt32, _ type: WireType) {
        append(varint: UInt64(number) << 3 | type.rawValue)
    }

    /// Appends an integer in groups of seven bits, the lowest first.
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest > 0x7f {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends eight bytes, the lowest first.
    mutating func append(fixed value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// Appends the number of bytes and then the bytes.
    mutating func append(counted bytes: [UInt8]) {
        append(varint: UInt64(bytes.count))
        self += bytes
    }
}
