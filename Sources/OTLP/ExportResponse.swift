internal import COTLP

/// The body of a successful response: OTLP's `ExportMetricsServiceResponse` in protobuf's binary format.
package struct ExportResponse: Hashable, Sendable {
    /// The number of data points that the server did not accept.
    package var rejectedDataPoints: Int64
    /// Why points were rejected, or a warning if none were; empty if there is nothing to say.
    package var errorMessage: String

    /// Creates a response; without arguments, one that accepts everything.
    package init(rejectedDataPoints: Int64 = 0, errorMessage: String = "") {
        self.rejectedDataPoints = rejectedDataPoints
        self.errorMessage = errorMessage
    }

    /// Decodes the response in `bytes`.
    /// - Throws: ``OTLPError`` for bytes that are not a response.
    package static func decode(_ bytes: [UInt8]) throws(OTLPError) -> ExportResponse {
        unsafe try Wire.ExportMetricsServiceResponse.unpack(bytes) { message in
            guard let partial = unsafe message.partial_success?.pointee else { return ExportResponse() }
            return ExportResponse(
                rejectedDataPoints: unsafe partial.rejected_data_points,
                errorMessage: unsafe String(field: partial.error_message)
            )
        }
    }

    /// Encodes the response; empty if everything was accepted without a warning.
    package func encode() -> [UInt8] {
        guard self != ExportResponse() else { return [] }
        let arena = Arena()
        return withExtendedLifetime(arena) {
            var partial = unsafe Wire.ExportMetricsPartialSuccess.empty
            unsafe partial.rejected_data_points = rejectedDataPoints
            unsafe partial.error_message = arena.store(errorMessage)
            var message = unsafe Wire.ExportMetricsServiceResponse.empty
            unsafe message.partial_success = arena.store(partial)
            return unsafe message.pack()
        }
    }

    /// The response as JSON; an empty object if everything was accepted without a warning.
    package func json() -> [UInt8] {
        let name = "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse"
        // Our own bytes are well formed.
        return (try? JSONEncoding.text(encode(), of: name)) ?? Array("{}".utf8)
    }
}
