internal import COTLP
internal import CProtobufC

/// A message of protobuf-c: a C struct that begins with a `ProtobufCMessage`.
protocol WireMessage {
    init()
    var base: ProtobufCMessage { get }

    /// The generated function that turns a zeroed struct into an empty message.
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { get }
}

extension WireMessage {
    /// A message with no field set.
    static var empty: Self {
        var message = Self()
        unsafe Self.initialize(&message)
        return message
    }

    /// The generated description of the message.
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> {
        unsafe empty.base.descriptor
    }

    /// The message in the wire format.
    ///
    /// Everything that the message points to must be alive; the caller holds its arena.
    func pack() -> [UInt8] {
        unsafe withUnsafePointer(to: self) { message in
            unsafe message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { base in
                let size = unsafe protobuf_c_message_get_packed_size(base)
                return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                    if let start = buffer.baseAddress {
                        count = unsafe protobuf_c_message_pack(base, start)
                    }
                }
            }
        }
    }
}
