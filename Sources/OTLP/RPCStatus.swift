internal import COTLP

/// The body of an answer with an error: `google.rpc.Status` in protobuf's binary format.
///
/// OTLP lets clients ignore the code and asks them to log the message (OTLP 1.11 specification, "OTLP/HTTP Response").
package struct RPCStatus: Hashable, Sendable {
    /// A code of gRPC: 3 stands for an invalid argument (`google/rpc/code.proto`).
    package var code: Int32
    /// What went wrong, for developers.
    package var message: String

    /// Creates a status.
    package init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// The status in `bytes`.
    /// - Throws: ``OTLPError`` for bytes that are no status.
    package static func decode(_ bytes: [UInt8]) throws(OTLPError) -> RPCStatus {
        unsafe try Wire.Status.unpack(bytes) { message in
            RPCStatus(code: unsafe message.code, message: unsafe String(field: message.message))
        }
    }

    /// The bytes that carry the status.
    package func encode() -> [UInt8] {
        let arena = Arena()
        return withExtendedLifetime(arena) {
            var status = unsafe Wire.Status.empty
            unsafe status.code = code
            unsafe status.message = arena.store(message)
            return unsafe status.pack()
        }
    }

    /// The JSON that carries the status.
    package func json() -> [UInt8] {
        // Our own bytes are well formed.
        (try? JSONEncoding.text(encode(), of: "google.rpc.Status")) ?? Array("{}".utf8)
    }
}
