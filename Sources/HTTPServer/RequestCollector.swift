internal import NIOCore
internal import NIOHTTP1

/// Assembles the requests of one connection and writes the responses.
///
/// The previous handler in the pipeline holds back each request until the one before is answered.
final class RequestCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let bodyLimit: Int
    private let onRequest: @Sendable (Exchange) -> Void
    private let connections: Connections
    private let onRefusal: @Sendable (HTTPRefusal) -> Void
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// The number of requests whose responses are not sent.
    ///
    /// Two for a moment, because the next request comes before the end of the last response is noted.
    private var openCount = 0
    /// Whether the client has closed its output.
    private var isInputClosed = false
    /// Whether the last response was written; later input is ignored.
    private var isClosing = false

    init(
        bodyLimit: Int,
        connections: Connections,
        onRequest: @escaping @Sendable (Exchange) -> Void,
        onRefusal: @escaping @Sendable (HTTPRefusal) -> Void
    ) {
        self.bodyLimit = bodyLimit
        self.onRequest = onRequest
        self.connections = connections
        self.onRefusal = onRefusal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            begin(on: context.channel)
            if head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
                let proceed = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(Self.wrapOutboundOut(.head(proceed)), promise: nil)
            }
        case .body(let bytes):
            // Read the rest of a body that is too large: closing in the middle would lose the response.
            isTooLarge = isTooLarge || bytes.readableBytes > bodyLimit - body.count
            if isTooLarge {
                body = []
            } else {
                body += bytes.readableBytesView
            }
        case .end:
            end(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is IdleStateHandler.IdleStateEvent:
            context.close(promise: nil)
        case ChannelEvent.inputClosed:
            isInputClosed = true
            // Answer first what has begun. The parser has already reported a request without its end.
            if openCount == 0 {
                context.close(promise: nil)
            }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        // The parser reports some errors twice.
        guard !isClosing else { return }
        if head == nil {
            begin(on: context.channel)
        }
        let answer = error.answer
        onRefusal(.request("answered \(answer.status): \(error.complaint(of: peer(context)))"))
        write(answer, isLast: true, isHeadAlone: head?.method == .HEAD, on: context.channel)
    }

    private func peer(_ context: ChannelHandlerContext) -> String {
        context.remoteAddress?.text ?? "somebody"
    }

    private func end(_ context: ChannelHandlerContext) {
        guard let head = head.take() else { return }
        let request = HTTPRequest(head, body: body, peer: context.remoteAddress)
        let channel = context.channel
        connections.enter(.answering, channel)
        defer { (body, isTooLarge) = ([], false) }
        guard !isTooLarge else {
            let text = "The body is larger than \(bodyLimit) bytes.\n"
            onRefusal(.request("answered 413: a body from \(peer(context)) is larger than \(bodyLimit) bytes"))
            return write(HTTPResponse(status: 413, text: text), to: head, on: channel)
        }
        guard head.hasItsHost else {
            onRefusal(.request("answered 400: a request from \(peer(context)) lacks its Host, or has two"))
            let text = "An HTTP/1.1 request must have exactly one Host field.\n"
            return write(HTTPResponse(status: 400, text: text), to: head, on: channel)
        }
        let collector = NIOLoopBound(self, eventLoop: context.eventLoop)
        onRequest(
            Exchange(request: request) { response in
                channel.eventLoop.execute { collector.value.write(response, to: head, on: channel) }
            }
        )
    }

    private func write(_ response: HTTPResponse, to request: HTTPRequestHead, on channel: any Channel) {
        write(response, isLast: !request.isFollowed, isHeadAlone: request.method == .HEAD, on: channel)
    }

    /// Writes a response; does nothing if the connection is closed.
    private func write(_ response: HTTPResponse, isLast: Bool, isHeadAlone: Bool, on channel: any Channel) {
        isClosing = isLast
        var headers = HTTPHeaders(response.headers.fields.map { ($0.name, $0.value) })
        if !headers.contains(name: "Date") {
            headers.add(name: "Date", value: "\(HTTPDate.now)")
        }
        headers.replaceOrAdd(name: "Content-Length", value: "\(response.body.count)")
        headers.replaceOrAdd(name: "Connection", value: isLast ? "close" : "keep-alive")
        let status = HTTPResponseStatus(statusCode: response.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        connections.enter(.sending, channel)
        var parts = [HTTPServerResponsePart.head(head)]
        if !isHeadAlone {
            parts.append(.body(.byteBuffer(channel.allocator.buffer(bytes: response.body))))
        }
        let collector = NIOLoopBound(self, eventLoop: channel.eventLoop)
        // The end lets the next request through, so it waits until the client has taken the rest. Otherwise a client
        // that asks again and again and reads nothing would have all responses wait in memory.
        let sent = parts.map { channel.write($0) }.last
        channel.flush()
        sent?.whenComplete { _ in
            channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
                collector.value.hasWritten(on: channel)
            }
        }
    }

    private func begin(on channel: any Channel) {
        openCount += 1
        connections.enter(.receiving, channel)
    }

    private func hasWritten(on channel: any Channel) {
        openCount -= 1
        guard openCount == 0 else { return }
        connections.enter(.idle, channel)
        if isClosing || isInputClosed {
            channel.close(mode: .output, promise: nil)
        }
    }
}

extension HTTPRequestHead {
    /// Whether another request may follow.
    ///
    /// After a request to switch protocols the parser reads nothing more.
    fileprivate var isFollowed: Bool {
        isKeepAlive && method != .CONNECT && !headers.contains(name: "Upgrade")
    }
}

extension SocketAddress {
    /// The address and the port; `nil` if there is none.
    var text: String? {
        guard let host = ipAddress, let port else { return nil }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
