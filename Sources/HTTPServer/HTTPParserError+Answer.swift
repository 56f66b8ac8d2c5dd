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
}
