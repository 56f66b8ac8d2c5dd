internal import NIOCore
internal import NIOHTTP1

/// Reads the requests of one connection and writes the answers.
struct RequestLoop {
    let connection: HTTPServer.Connection
    let bodyLimit: Int
    let handler: @Sendable (HTTPRequest) async -> HTTPResponse

    /// Runs until the other side closes, asks to, or breaks the protocol.
    func run() async throws {
        try await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body: [UInt8] = []
            var isTooLarge = false
            for try await part in inbound {
                switch part {
                case .head(let new):
                    head = new
                    (body, isTooLarge) = ([], false)
                    if new.headers.first(name: "Expect")?.lowercased() == "100-continue" {
                        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
                    }
                case .body(let bytes):
                    // What is too much is read all the same: closing in the middle would lose the answer.
                    isTooLarge = isTooLarge || bytes.readableBytes > bodyLimit - body.count
                    if isTooLarge {
                        body = []
                    } else {
                        body += bytes.readableBytesView
                    }
                case .end:
                    guard let request = head else { return }
                    let response =
                        isTooLarge
                        ? HTTPResponse(status: 413, text: "The body is larger than \(bodyLimit) bytes.\n")
                        : await handler(HTTPRequest(request, body: body))
                    body = []
                    try await outbound.write(contentsOf: parts(of: response, to: request))
                    if !request.isKeepAlive { return }
                }
            }
        }
    }

    private func parts(
        of response: HTTPResponse,
        to request: HTTPRequestHead
    ) -> [HTTPPart<HTTPResponseHead, ByteBuffer>] {
        var headers = HTTPHeaders(response.headers.fields.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "Content-Length", value: "\(response.body.count)")
        headers.replaceOrAdd(name: "Connection", value: request.isKeepAlive ? "keep-alive" : "close")
        let status = HTTPResponseStatus(statusCode: response.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        return request.method == .HEAD
            ? [.head(head), .end(nil)]
            : [.head(head), .body(ByteBuffer(bytes: response.body)), .end(nil)]
    }
}

extension HTTPRequest {
    fileprivate init(_ head: HTTPRequestHead, body: [UInt8]) {
        let mark = head.uri.firstIndex(of: "?")
        self.init(
            method: head.method.rawValue,
            path: String(head.uri[..<(mark ?? head.uri.endIndex)]),
            query: mark.map { String(head.uri[head.uri.index(after: $0)...]) },
            headers: HTTPFields(head.headers.map { (name: $0.name, value: $0.value) }),
            body: body
        )
    }
}
