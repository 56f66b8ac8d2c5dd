internal import NIOHTTP1

extension HTTPParserError {
    /// What to say to who sent it.
    var answer: HTTPResponse {
        HTTPResponse(status: 400, text: "This is no request of HTTP/1.1.\n")
    }
}
