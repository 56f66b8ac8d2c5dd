internal import Metrics
internal import System

/// Posts forms to one URL, with the transport of exports: its proxies, TLS, credentials and limits.
///
/// Use it from one thread at a time. The process must ignore SIGPIPE.
package final class FormClient {
    /// A response, whatever its status.
    package struct Response: Sendable {
        /// The status.
        package var status: Int
        /// What the body is, if the server says so.
        package var contentType: String?
        /// The body, decompressed.
        package var body: [UInt8]
        /// Why the body is missing; nil if it is complete.
        package var interruption: String?
    }

    private let client: HTTPClient

    /// Creates a client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: The URL, and how it is reached; what is about exports is not used.
    ///   - userAgent: The header `User-Agent`.
    /// - Throws: ``TransportError`` if libcurl cannot be set up.
    package init(_ configuration: OTLPConfiguration, userAgent: String) throws(TransportError) {
        client = try HTTPClient(
            configuration,
            userAgent: userAgent,
            contentType: "application/x-www-form-urlencoded"
        )
    }

    /// Posts a form, and blocks the thread until the whole response is received.
    ///
    /// - Parameters:
    ///   - fields: The fields of the form.
    ///   - timeout: The time for everything, from resolving the name to the last byte.
    /// - Returns: The response.
    /// - Throws: ``TransportError`` if there is none.
    package func post(_ fields: [(name: String, value: String)], timeout: Duration) throws(TransportError) -> Response {
        let form = fields.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        let request = EncodedRequest(
            body: Array(form.joined(separator: "&").utf8),
            compression: .none,
            pointCount: 0,
            time: .unknown
        )
        let response = try client.post(request, timeout: timeout, cancellation: Cancellation())
        return Response(
            status: response.status,
            contentType: response.contentType,
            body: response.body,
            interruption: response.interruption
        )
    }
}
