internal import NIOHTTP1

extension HTTPParserError {
    /// What to say to who sent it.
    var answer: HTTPResponse {
        switch self {
        case .invalidVersion: HTTPResponse(status: 505, text: "This server speaks HTTP/1.1.\n")
        case .headerOverflow: HTTPResponse(status: 431, text: "The header or the target is too large.\n")
        default: HTTPResponse(status: 400, text: "This is no request of HTTP/1.1.\n")
        }
    }

    /// What to say in a log of what `peer` sent.
    func complaint(of peer: String) -> String {
        switch self {
        case .headerOverflow: "the header or the target of a request from \(peer) is too large"
        default: "what \(peer) sends is no HTTP/1.1 request; is it TLS or HTTP/2 (gRPC)?"
        }
    }
}
