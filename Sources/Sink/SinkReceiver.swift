import HTTPServer
import Metrics
import OTLP
internal import OTLPExport
internal import Rendering
internal import System

/// The encoding of a request and its response (OTLP specification, "OTLP/HTTP Request").
enum OTLPEncoding: String, CaseIterable {
    /// Protobuf's binary format.
    case protobuf = "application/x-protobuf"
    /// Protobuf's JSON mapping, with OTLP's exceptions.
    case json = "application/json"
}

/// A request that was accepted.
struct Delivery {
    /// The metrics.
    var metrics: [ResourceMetrics]
    /// The whole request as JSON on one line.
    var json: [UInt8]
    /// The names of metrics whose kind ``metrics`` can't represent.
    var leftOut: [String] = []
    /// Its encoding.
    var encoding = OTLPEncoding.protobuf
    /// Whether it was compressed.
    var isCompressed = false
    /// Its length in bytes as received.
    var receivedBytes = 0
    /// The sender's address.
    var peer: String?
}

/// The responses of an OTLP/HTTP receiver (OTLP specification, "OTLP/HTTP Response").
package struct SinkReceiver {
    /// A response that the user asked for instead of the correct one.
    package struct Instruction: Equatable, Sendable {
        /// The status.
        var status: Int
        /// The value of `Retry-After`, in seconds.
        var retryAfter: Int?

        /// Creates an instruction to respond with `status`, and with `Retry-After` if that is given.
        package init(status: Int, retryAfter: Int? = nil) {
            (self.status, self.retryAfter) = (status, retryAfter)
        }
    }

    /// The greatest accepted body, after decompression: the default of the Collector.
    private static let bodyLimit = 20 * 1024 * 1024

    /// Reads the metrics of `request`.
    ///
    /// - Returns: The metrics.
    /// - Throws: ``Refusal`` when it is not a request with metrics, or not well formed.
    static func delivery(of request: HTTPRequest) throws(Refusal) -> Delivery {
        guard request.path == "/v1/metrics" else {
            throw Refusal(404, "no such path: \(request.path); metrics go to /v1/metrics")
        }
        guard request.method == "POST" else {
            throw Refusal(405, "\(request.method) is not allowed; metrics come by POST")
        }
        guard let encoding = encoding(of: request) else {
            let known = OTLPEncoding.allCases.map(\.rawValue).joined(separator: " or ")
            throw Refusal(415, "the content type is '\(contentType(of: request))', not \(known)")
        }
        let body = try body(of: request)
        do throws(OTLPError) {
            let wire = encoding == .json ? try ExportRequest.fromJSON(body) : body
            return Delivery(
                metrics: try ExportRequest.decode(wire),
                json: try ExportRequest.json(wire),
                leftOut: try ExportRequest.leftOut(wire),
                encoding: encoding,
                isCompressed: isCompressed(request),
                receivedBytes: request.body.count,
                peer: request.peer
            )
        } catch {
            throw Refusal(400, "\(error)")
        }
    }

    /// The response to an accepted request, of which everything is accepted.
    static func accepted(_ encoding: OTLPEncoding) -> HTTPResponse {
        let response = ExportResponse()
        return HTTPResponse(
            status: 200,
            headers: ["Content-Type": encoding.rawValue],
            body: encoding == .json ? response.json() : response.encode()
        )
    }

    /// The response to a refused request, in the request's encoding.
    static func answer(_ refusal: Refusal, to request: HTTPRequest, headers: [(name: String, value: String)] = [])
        -> HTTPResponse
    {
        let allowed = refusal.status == 405 ? [(name: "Allow", value: "POST")] : []
        guard let encoding = encoding(of: request) else {
            let type = [(name: "Content-Type", value: "text/plain; charset=utf-8")]
            return HTTPResponse(
                status: refusal.status,
                headers: HTTPFields(type + allowed + headers),
                body: Array(refusal.reason.utf8)
            )
        }
        let status = RPCStatus(code: refusal.code, message: refusal.reason)
        return HTTPResponse(
            status: refusal.status,
            headers: HTTPFields([(name: "Content-Type", value: encoding.rawValue)] + allowed + headers),
            body: encoding == .json ? status.json() : status.encode()
        )
    }

    /// The encoding that a request declares; `nil` if it is neither.
    static func encoding(of request: HTTPRequest) -> OTLPEncoding? {
        OTLPEncoding(rawValue: contentType(of: request))
    }

    private static func contentType(of request: HTTPRequest) -> String {
        request.headers["Content-Type"]?.split(separator: ";").first?.lowercased().filter { !$0.isWhitespace } ?? ""
    }

    private static func isCompressed(_ request: HTTPRequest) -> Bool {
        request.headers["Content-Encoding"]?.lowercased() == "gzip"
    }

    private static func body(of request: HTTPRequest) throws(Refusal) -> [UInt8] {
        switch request.headers["Content-Encoding"]?.lowercased() {
        case nil, "identity": return request.body
        case "gzip":
            do {
                return try Gzip.decompress(request.body, limit: bodyLimit)
            } catch {
                throw Refusal(400, "\(error)")
            }
        case .some(let encoding): throw Refusal(415, "the content encoding is '\(encoding)', not gzip")
        }
    }
}

/// The refusal of a request.
struct Refusal: Error, Equatable {
    /// The HTTP status.
    var status: Int
    /// Why.
    var reason: String

    /// Creates a refusal.
    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    /// The most similar gRPC code (`google/rpc/code.proto`).
    var code: Int32 {
        switch status {
        case 400, 415: 3
        case 404: 5
        case 405, 501: 12
        case 429: 8
        case 502, 503, 504: 14
        default: 2
        }
    }
}
