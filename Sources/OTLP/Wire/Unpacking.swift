internal import COTLP
internal import CProtobufC

extension WireMessage {
    /// Unpacks a message and makes a value of it.
    ///
    /// The message and everything it points to are only valid while `body` runs.
    /// - Throws: ``OTLPError`` for bytes that are not this message, and errors of `body`.
    static func unpack<Value>(
        _ bytes: [UInt8],
        _ body: (Self) throws(OTLPError) -> Value
    ) throws(OTLPError) -> Value {
        let name = unsafe String(cString: descriptor.pointee.name)
        unsafe try Nesting(message: name).check(bytes[...], against: descriptor, depth: 0)

        // Two bytes on the wire can be an empty message that takes a hundred bytes in memory, so memory has its own
        // limit.
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
