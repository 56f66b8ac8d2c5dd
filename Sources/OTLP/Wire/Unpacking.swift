internal import COTLP
internal import CProtobufC

extension WireMessage {
    /// Reads a message from the wire and makes a value of it.
    ///
    /// The message and all it points to lie in an arena that lives as long as `body` runs.
    /// - Throws: ``OTLPError`` for bytes that are no such message, and what `body` throws.
    static func unpack<Value>(
        _ bytes: [UInt8],
        _ body: (Self) throws(OTLPError) -> Value
    ) throws(OTLPError) -> Value {
        let name = unsafe String(cString: descriptor.pointee.name)
        unsafe try Nesting(bytes: bytes, message: name).check(bytes.indices, against: descriptor, depth: 0)

        // Two bytes on the wire can be an empty message of a hundred in memory, so memory is bounded by itself.
        let (product, overflows) = bytes.count.multipliedReportingOverflow(by: 32)
        let arena = Arena(allowance: overflows ? .max : max(product, 1 << 16))
        defer { withExtendedLifetime(arena) {} }

        var allocator = unsafe ProtobufCAllocator(
            alloc: { data, size in
                guard let data = unsafe data else { return nil }
                return unsafe Unmanaged<Arena>.fromOpaque(data).takeUnretainedValue().reserveWithinAllowance(size)
            },
            free: { _, _ in },
            allocator_data: Unmanaged.passUnretained(arena).toOpaque()
        )
        let unpacked = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe protobuf_c_message_unpack(descriptor, &allocator, buffer.count, buffer.baseAddress)
        }
        guard let unpacked = unsafe unpacked else {
            throw arena.allowance == 0 ? .tooLarge(message: name) : .malformed(message: name)
        }
        return try body(unsafe UnsafeRawPointer(unpacked).assumingMemoryBound(to: Self.self).pointee)
    }
}
