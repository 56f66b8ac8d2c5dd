internal import COTLP
internal import CProtobufC

/// Checks how deeply messages are nested, before protobuf-c unpacks them.
///
/// protobuf-c recurses for each level without limit, so a few kilobytes of nested arrays would overflow the stack.
struct Nesting {
    /// The greatest number of levels; the same as in Google's implementations (protobuf.dev, "Proto Limits").
    static let limit = 100

    /// The name of the outermost message, for errors.
    let message: String

    /// Checks the message in `bytes`, which lies `depth` levels deep.
    ///
    /// - Throws: ``OTLPError/nestedTooDeeply(message:)``, and ``OTLPError/malformed(message:)`` where the walk ends.
    func check(
        _ bytes: ArraySlice<UInt8>,
        against descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        depth: Int
    ) throws(OTLPError) {
        guard depth < Self.limit else { throw .nestedTooDeeply(message: message) }
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            guard let (number, value) = reader.field() else { throw .malformed(message: message) }
            if case .bytes(let bytes) = value, let nested = unsafe nestedMessage(of: descriptor, field: number) {
                try unsafe check(bytes, against: nested, depth: depth + 1)
            }
        }
    }

    /// The descriptor of the field's message; nil if the field is unknown or not a message.
    private func nestedMessage(
        of descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        field number: UInt32
    ) -> UnsafePointer<ProtobufCMessageDescriptor>? {
        guard
            let field = unsafe protobuf_c_message_descriptor_get_field(descriptor, number),
            unsafe field.pointee.type == PROTOBUF_C_TYPE_MESSAGE
        else { return nil }
        return unsafe field.pointee.descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    }
}
