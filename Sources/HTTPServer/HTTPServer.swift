internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A small HTTP/1.1 server for eyes, health checks and scrapers.
///
/// It keeps connections alive, takes requests with their whole body up to a limit, and closes connections on which nothing
/// happens for a minute. All servers of the process share one event-loop thread.
public struct HTTPServer: Sendable {
    /// The port it listens on, also when 0 was asked for.
    public let port: Int

    private let listener: any Channel
    private let connections: Connections
    private let exchanges: AsyncStream<Exchange>

    /// Lives as long as the process, like NIO's own default group, which would have a thread for each core.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Begins to listen; requests wait until ``run(handler:)``.
    ///
    /// - Parameters:
    ///   - host: A name or an address, IPv4 or IPv6 without brackets.
    ///   - port: The port; 0 takes any that is free.
    ///   - bodyLimit: The greatest number of bytes of a request's body; larger ones are answered with 413.
    /// - Throws: ``HTTPServerError`` when that is not possible.
    public init(host: String, port: Int, bodyLimit: Int = 20 * 1024 * 1024) async throws(HTTPServerError) {
        let (exchanges, continuation) = AsyncStream<Exchange>.makeStream()
        let connections = Connections()
        do {
            listener = try await ServerBootstrap(group: Self.group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        connections.add(channel)
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                        try pipeline.addHandler(RequestCollector(bodyLimit: bodyLimit, exchanges: continuation))
                    }
                }
                .bind(host: host, port: port)
                .get()
        } catch {
            throw HTTPServerError(host: host, port: port, error: error)
        }
        self.port = listener.localAddress?.port ?? port
        self.connections = connections
        self.exchanges = exchanges
    }

    /// Answers requests by `handler` until the task is cancelled; then stops listening and closes all connections.
    ///
    /// Requests of one connection come one after the other, those of different connections at the same time. When it
    /// returns, no handler is running any more.
    public func run(handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) async {
        await withDiscardingTaskGroup { group in
            for await exchange in exchanges {
                group.addTask { await exchange.answer(handler(exchange.request)) }
            }
        }
        await close()
    }

    /// Stops listening and closes all connections; needed only for a server that does not run.
    public func close() async {
        // An error says that it is closed already.
        try? await listener.close()
        await connections.close()
    }
}

/// A request and the way to answer it.
struct Exchange: Sendable {
    let request: HTTPRequest
    let answer: @Sendable (HTTPResponse) -> Void
}
