/// Reads the fields of a message in protobuf's wire format.
struct WireReader {
    /// A value on the wire.
    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    /// Creates a reader of `bytes`.
    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// Whether everything was read.
    var isAtEnd: Bool { rest.isEmpty }

    /// Reads a field; `nil` if it is malformed.
    mutating func field() -> (number: UInt32, value: Value)? {
        guard let tag = varint() else { return nil }
        // protobuf-c also keeps only 32 bits of the number.
        let number = UInt32(truncatingIfNeeded: tag >> 3)
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

    /// Reads an integer in groups of seven bits; `nil` if it is malformed.
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    /// Reads an integer of `count` bytes, the lowest first.
    mutating func fixed(_ count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
