internal import NIOHTTP1

extension HTTPParserError {
    /// The response for the client.
    var answer: HTTPResponse {
        switch self {
        case .invalidVersion: HTTPResponse(status: 505, text: "This server speaks HTTP/1.1.\n")
        case .headerOverflow: HTTPResponse(status: 431, text: "The header or the target is too large.\n")
        default: HTTPResponse(status: 400, text: "This is not an HTTP/1.1 request.\n")
        }
    }

    /// A line for the log about the request of `peer`.
    func complaint(of peer: String) -> String {
        switch self {
        case .headerOverflow: "the header or the target of a request from \(peer) is too large"
        default: "the input from \(peer) is not an HTTP/1.1 request; is it TLS or HTTP/2 (gRPC)?"
        }
    }
}
