internal import COTLP
internal import CProtobufC

/// The walk over a message that has to be made before protobuf-c's.
///
/// protobuf-c recurses once for each level of nesting without bound, so that a few kilobytes of arrays within arrays
/// would overflow its stack.
struct Nesting {
    /// The levels allowed, as in Google's implementations (protobuf.dev, "Proto Limits").
    static let limit = 100

    let bytes: [UInt8]
    /// The name of the outermost message, for errors.
    let message: String

    /// Checks the message that lies in `range`.
    /// - Throws: ``OTLPError/nestedTooDeeply(message:)``, and ``OTLPError/malformed(message:)`` where the walk ends.
    func check(
        _ range: Range<Int>,
        against descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        depth: Int
    ) throws(OTLPError) {
        guard depth < Self.limit else { throw .nestedTooDeeply(message: message) }
        var position = range.lowerBound
        while position < range.upperBound {
            let tag = try varint(at: &position, before: range.upperBound)
            let length: UInt64 =
                switch tag & 7 {
                case 0: try skipVarint(at: &position, before: range.upperBound)
                case 1: 8
                case 2: try varint(at: &position, before: range.upperBound)
                case 5: 4
                default: throw .malformed(message: message)
                }
            guard length <= UInt64(range.upperBound - position) else { throw .malformed(message: message) }
            let end = position + Int(length)
            if tag & 7 == 2, let nested = unsafe nestedMessage(of: descriptor, field: tag >> 3) {
                try unsafe check(position..<end, against: nested, depth: depth + 1)
            }
            position = end
        }
    }

    /// What the field consists of, if it is a message.
    private func nestedMessage(
        of descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        field: UInt64
    ) -> UnsafePointer<ProtobufCMessageDescriptor>? {
        // protobuf-c as well keeps but 32 bits of a field's number.
        let number = UInt32(truncatingIfNeeded: field)
        guard
            let field = unsafe protobuf_c_message_descriptor_get_field(descriptor, number),
            unsafe field.pointee.type == PROTOBUF_C_TYPE_MESSAGE
        else { return nil }
        return unsafe field.pointee.descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    }

    private func varint(at position: inout Int, before end: Int) throws(OTLPError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) where position < end {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 {
                return value
            }
        }
        throw .malformed(message: message)
    }

    /// Skips a varint; nothing of the field is left then.
    private func skipVarint(at position: inout Int, before end: Int) throws(OTLPError) -> UInt64 {
        _ = try varint(at: &position, before: end)
        return 0
    }
}
