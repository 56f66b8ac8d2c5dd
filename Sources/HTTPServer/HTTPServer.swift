internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A small HTTP/1.1 server with one event-loop thread, for eyes, health checks and scrapers.
///
/// It keeps connections alive, takes requests with their whole body up to a limit, and closes connections on which nothing
/// happens for a minute.
public struct HTTPServer: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>

    /// The port it listens on, also when 0 was asked for.
    public let port: Int

    private let listener: NIOAsyncChannel<Connection, Never>
    private let group: MultiThreadedEventLoopGroup
    private let bodyLimit: Int

    /// Begins to listen; connections wait until ``run(handler:)``, which must follow, or ``close()``.
    ///
    /// - Parameters:
    ///   - host: A name or an address, IPv4 or IPv6 without brackets.
    ///   - port: The port; 0 takes any that is free.
    ///   - bodyLimit: The greatest number of bytes of a request's body; larger ones are answered with 413.
    /// - Throws: ``HTTPServerError`` when that is not possible.
    public init(host: String, port: Int, bodyLimit: Int = 20 * 1024 * 1024) async throws(HTTPServerError) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture { try Self.connection(on: channel) }
                }
        } catch {
            try? await group.shutdownGracefully()
            throw HTTPServerError(host: host, port: port, error: error)
        }
        self.group = group
        self.bodyLimit = bodyLimit
        self.port = listener.channel.localAddress?.port ?? port
    }

    /// Answers requests by `handler` until the task is cancelled; then closes all connections and stops listening.
    ///
    /// Requests of one connection come one after the other, those of different connections at the same time.
    public func run(handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) async {
        // Errors end a connection, or the listener when the task is cancelled: nobody is interested in either.
        try? await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask {
                        try? await RequestLoop(connection: connection, bodyLimit: bodyLimit, handler: handler).run()
                    }
                }
                group.cancelAll()
            }
        }
        try? await group.shutdownGracefully()
    }

    /// Stops listening; only for a server that does not run.
    public func close() async {
        try? await listener.channel.close()
        try? await group.shutdownGracefully()
    }

    private static func connection(on channel: any Channel) throws -> Connection {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
        try pipeline.addHandler(IdleConnectionCloser())
        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
        try pipeline.addHandler(ByteBufferResponseHandler())
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }
}

/// Closes a connection on which nothing happens.
private final class IdleConnectionCloser: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}

/// Lets bodies be byte buffers, which are `Sendable`, where NIO's encoder wants its `IOData`.
private final class ByteBufferResponseHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: OutboundOut =
            switch Self.unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(Self.wrapOutboundOut(part), promise: promise)
    }
}
