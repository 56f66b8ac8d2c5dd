/// How a value stands on protobuf's wire.
enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case length = 2
}

extension MessageSchema.Kind {
    /// How a value of this kind stands on the wire.
    var wireType: WireType {
        switch self {
        case .double, .integer(.fixed, _), .integer(.signedFixed, _): .fixed64
        case .bool, .enumeration, .integer: .varint
        case .string, .bytes, .message: .length
        }
    }

    /// Whether many values stand together behind one tag.
    var isPackable: Bool { wireType != .length }
}

/// Writing protobuf's wire format.
extension [UInt8] {
    /// Appends the tag of a field.
    mutating func append(tag number: UInt32, _ type: WireType) {
        append(varint: UInt64(number) << 3 | type.rawValue)
    }

    /// Appends a number in groups of seven bits, the lowest first.
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

    /// Appends bytes behind their number.
    mutating func append(counted bytes: [UInt8]) {
        append(varint: UInt64(bytes.count))
        self += bytes
    }
}

/// Reading protobuf's wire format.
struct WireReader {
    /// A value as it stands there.
    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    /// Creates a reader of `bytes`.
    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// Whether all is read.
    var isAtEnd: Bool { rest.isEmpty }

    /// Reads a field: its number and its value; `nil` when there is none.
    mutating func field() -> (number: UInt32, value: Value)? {
        guard let tag = varint(), let number = UInt32(exactly: tag >> 3) else { return nil }
        switch tag & 7 {
        case 0: return varint().map { (number, .number($0)) }
        case 1: return fixed(8).map { (number, .number($0)) }
        case 2:
            guard let count = varint(), let length = Int(exactly: count), length <= rest.count else { return nil }
            defer { rest = rest.dropFirst(length) }
            return (number, .bytes(rest.prefix(length)))
        case 5: return fixed(4).map { (number, .number($0)) }
        default: return nil
        }
    }

    /// Reads a number in groups of seven bits.
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    /// Reads a number of so many bytes, the lowest first.
    mutating func fixed(_ count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
