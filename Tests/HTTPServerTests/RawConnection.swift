import HTTPServer
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Bytes to a server as no HTTP client would send them.
extension HTTPServer {
    private static let clients = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Answers every request by `handler` while `body` runs.
    func serving(
        _ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse = { _ in HTTPResponse(status: 200, text: "here") },
        body: () async throws -> Void
    ) async throws {
        await withTaskGroup { group in
            group.addTask { await run(handler: handler) }
            await #expect(throws: Never.self) { try await body() }
            group.cancelAll()
        }
    }

    /// A connection on which nothing is sent yet.
    func connect() async throws -> any Channel {
        try await ClientBootstrap(group: Self.clients).connect(host: "127.0.0.1", port: port).get()
    }

    /// All that comes back for `text` until the server closes.
    func answer(to text: String, host: String = "127.0.0.1") async throws -> String {
        let collected = Collected()
        let channel = try await ClientBootstrap(group: Self.clients)
            .channelInitializer { $0.pipeline.addHandler(collected) }
            .connect(host: host, port: port)
            .get()
        try await channel.send(text)
        try await channel.closeFuture.get()
        return collected.text.withLock { $0 }
    }
}

extension Channel {
    /// Sends `text` as it is.
    func send(_ text: String) async throws {
        try await writeAndFlush(allocator.buffer(string: text)).get()
    }
}

/// Keeps what a connection receives.
private final class Collected: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let text = Mutex("")

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = String(buffer: Self.unwrapInboundIn(data))
        text.withLock { $0 += part }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
