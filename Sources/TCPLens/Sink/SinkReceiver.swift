import Export
import HTTPServer
import Metrics
import OTLP

/// What a receiver of OTLP over HTTP answers to a request (OTLP specification, "OTLP/HTTP Response").
struct SinkReceiver {
    /// An answer that the user asked for instead of the right one.
    struct Instruction: Equatable {
        /// The status.
        var status: Int
        /// The value of `Retry-After`, in seconds.
        var retryAfter: Int?
    }

    /// The greatest body that is taken, after decompression: the default of the Collector.
    private static let bodyLimit = 20 * 1024 * 1024

    /// Reads the metrics of `request`, or gives the answer that says why not.
    static func metrics(of request: HTTPRequest) -> Result<[ResourceMetrics], Refusal> {
        guard request.path == "/v1/metrics" else {
            return .failure(Refusal(404, "no such path: \(request.path); metrics go to /v1/metrics"))
        }
        guard request.method == "POST" else {
            return .failure(Refusal(405, "\(request.method) is not allowed; metrics come by POST"))
        }
        let type =
            request.headers["Content-Type"]?.split(separator: ";").first?.lowercased().filter { !$0.isWhitespace } ?? ""
        guard type == "application/x-protobuf" else {
            return .failure(Refusal(415, "the content type is '\(type)', not application/x-protobuf"))
        }
        do {
            return .success(try ExportRequest.decode(try body(of: request)))
        } catch let refusal as Refusal {
            return .failure(refusal)
        } catch {
            return .failure(Refusal(400, "\(error)"))
        }
    }

    /// The answer to a request that was taken.
    static var accepted: HTTPResponse {
        HTTPResponse(status: 200, headers: ["Content-Type": "application/x-protobuf"])
    }

    private static func body(of request: HTTPRequest) throws -> [UInt8] {
        switch request.headers["Content-Encoding"]?.lowercased() {
        case nil, "identity": return request.body
        case "gzip": return try Gzip.decompress(request.body, limit: bodyLimit)
        case .some(let encoding): throw Refusal(415, "the content encoding is '\(encoding)', not gzip")
        }
    }
}

/// A request that was not taken.
struct Refusal: Error, Equatable {
    /// The status to answer with.
    var status: Int
    /// Why.
    var reason: String

    /// Creates a refusal.
    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
