import HTTPServer
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// What a server bears from clients that mean no good; by raw connections.
@Suite(.timeLimit(.minutes(1))) struct ServerLimitTests {
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private func connect(_ server: HTTPServer, host: String = "127.0.0.1") async throws -> any Channel {
        try await ClientBootstrap(group: Self.group).connect(host: host, port: server.port).get()
    }

    private func send(_ text: String, on channel: any Channel) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(string: text)).get()
    }

    /// Runs `server` while `body` runs.
    private func serve(_ server: HTTPServer, body: () async throws -> Void) async throws {
        await withTaskGroup { group in
            group.addTask { await server.run { _ in HTTPResponse(status: 200, text: "here") } }
            await #expect(throws: Never.self) { try await body() }
            group.cancelAll()
        }
    }

    /// What a request for `/` gets back until the server closes.
    private func answer(of server: HTTPServer, host: String) async throws -> String {
        let collected = Collected()
        let channel = try await ClientBootstrap(group: Self.group)
            .channelInitializer { $0.pipeline.addHandler(collected) }
            .connect(host: host, port: server.port)
            .get()
        try await send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", on: channel)
        try await channel.closeFuture.get()
        return collected.text.withLock { $0 }
    }

    @Test func `a request that does not come to its end is not waited for`() async throws {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0, requestLimit: .milliseconds(100))
        try await serve(server) {
            let channel = try await connect(server)
            try await send("GET / HTTP/1.1\r\nHost: x\r\n", on: channel)
            // An idle connection would be closed after a minute, which is this test's limit.
            try await channel.closeFuture.get()
        }
    }

    @Test func `one connection too many is closed at once, and the next is welcome when another has gone`() async throws
    {
        let server = try await HTTPServer(host: "127.0.0.1", port: 0, connectionLimit: 1)
        try await serve(server) {
            let first = try await connect(server)
            try await connect(server).closeFuture.get()
            #expect(first.isActive)
            try await first.close()
            // The server may hear of that a moment later, and until then close the connection before or after the request.
            while (try? await answer(of: server, host: "127.0.0.1"))?.hasSuffix("here") != true {}
        }
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func `localhost is both loopback addresses`(host: String) async throws {
        let server = try await HTTPServer(host: "localhost", port: 0)
        try await serve(server) {
            let answer = try await answer(of: server, host: host)
            #expect(answer.hasSuffix("here"))
        }
    }

    @Test func `localhost is in use when one of its addresses is`() async throws {
        let other = try await HTTPServer(host: "::1", port: 0)
        await #expect(throws: HTTPServerError.self) { try await HTTPServer(host: "localhost", port: other.port) }
        // And what it had taken already is free again.
        try await HTTPServer(host: "127.0.0.1", port: other.port).close()
        await other.close()
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
