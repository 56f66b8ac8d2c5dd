internal import COTLP

/// The body of an error response: `google.rpc.Status` in protobuf's binary format.
///
/// OTLP lets clients ignore the code and asks them to log the message (OTLP 1.11 specification, "OTLP/HTTP Response").
package struct RPCStatus: Hashable, Sendable {
    /// A gRPC code, such as 3 for an invalid argument (`google/rpc/code.proto`).
    package var code: Int32
    /// What went wrong, for developers.
    package var message: String

    /// Creates a status.
    package init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// Decodes the status in `bytes`.
    /// - Throws: ``OTLPError`` for bytes that are not a status.
    package static func decode(_ bytes: [UInt8]) throws(OTLPError) -> RPCStatus {
        unsafe try Wire.Status.unpack(bytes) { message in
            RPCStatus(code: unsafe message.code, message: unsafe String(field: message.message))
        }
    }

    /// Encodes the status.
    package func encode() -> [UInt8] {
        let arena = Arena()
        return withExtendedLifetime(arena) {
            var status = unsafe Wire.Status.empty
            unsafe status.code = code
            unsafe status.message = arena.store(message)
            return unsafe status.pack()
        }
    }

    /// The status as JSON.
    package func json() -> [UInt8] {
        // Our own bytes are well formed.
        (try? JSONEncoding.text(encode(), of: "google.rpc.Status")) ?? Array("{}".utf8)
    }
}
