import HTTPServer
import NIOCore
import NIOPosix
import Testing

/// Raw connections, for bytes that no HTTP client would send.
extension HTTPServer {
    private static let clients = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Runs a server with `handler` while `body` runs.
    func serving(
        _ handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            HTTPResponse(status: 200, text: "here")
        },
        body: () async throws -> Void
    ) async throws {
        await withTaskGroup { group in
            group.addTask { await run(handler: handler) }
            await #expect(throws: Never.self) { try await body() }
            group.cancelAll()
        }
    }

    /// A new connection.
    func connect() async throws -> any Channel {
        try await ClientBootstrap(group: Self.clients).connect(host: "127.0.0.1", port: port).get()
    }

    /// Sends `text`, and returns everything that is received until the server closes.
    func answer(to text: String, host: String = "127.0.0.1", isHalfClosed: Bool = false) async throws -> String {
        let conversation = try await conversation(host: host)
        // Send everything, even if the server has answered before; otherwise it would have reset the connection.
        try await conversation.channel.send(text)
        if isHalfClosed {
            try? await conversation.channel.close(mode: .output)
        }
        let answer = await conversation.text()
        try? await conversation.channel.close()
        return answer
    }

    /// A connection whose responses are recorded.
    func conversation(host: String = "127.0.0.1") async throws -> Conversation {
        let (parts, received) = AsyncStream<String>.makeStream()
        let channel = try await ClientBootstrap(group: Self.clients)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { $0.pipeline.addHandler(Receiver(received: received)) }
            .connect(host: host, port: port)
            .get()
        return Conversation(channel: channel, parts: parts)
    }
}

/// A connection for several requests.
struct Conversation {
    /// The connection.
    let channel: any Channel
    fileprivate let parts: AsyncStream<String>

    /// Sends a request and waits for its response, whose body is `body`.
    func ask(_ request: String = "GET / HTTP/1.1\r\nHost: x\r\n\r\n", body: String = "here") async throws {
        try await channel.send(request)
        #expect(await text(until: body).hasSuffix(body))
    }

    /// The input until it ends with `end`, or until the server closes.
    func text(until end: String? = nil) async -> String {
        var text = ""
        for await part in parts {
            text += part
            if let end, text.hasSuffix(end) { break }
        }
        return text
    }
}

extension Channel {
    /// Sends `text` unchanged.
    func send(_ text: String) async throws {
        try await writeAndFlush(allocator.buffer(string: text)).get()
    }
}

/// Forwards everything that a connection receives until the server closes.
private final class Receiver: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let received: AsyncStream<String>.Continuation

    init(received: AsyncStream<String>.Continuation) {
        self.received = received
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.yield(String(buffer: Self.unwrapInboundIn(data)))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            received.finish()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        received.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
