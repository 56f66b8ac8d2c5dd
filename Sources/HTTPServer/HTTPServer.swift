internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A small HTTP/1.1 server for eyes, health checks and scrapers.
///
/// It keeps connections alive, takes requests with their whole body up to a limit, and closes connections on which nothing
/// happens for a minute, or whose request takes longer than its limit to arrive and to be answered. All servers of the
/// process share one event-loop thread.
package struct HTTPServer: Sendable {
    /// The port it listens on, also when 0 was asked for.
    package let port: Int

    private let listeners: [any Channel]
    private let connections: Connections
    private let exchanges: AsyncStream<Exchange>

    /// Lives as long as the process, like NIO's own default group, which would have a thread for each core.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Begins to listen; requests wait until ``run(handler:)``.
    ///
    /// - Parameters:
    ///   - host: A name or an address, IPv4 or IPv6 without brackets; `localhost` is both loopback addresses.
    ///   - port: The port; 0 takes any that is free.
    ///   - bodyLimit: The greatest number of bytes of a request's body; larger ones are answered with 413.
    ///   - connectionLimit: The most connections at a time; one more takes the place of the one that has been idle longest,
    ///     and is closed at once if none is.
    ///   - requestLimit: How long a request may take from its first byte to the beginning of its answer.
    ///   - onRefusal: Is told of what is refused before the handler sees it; from any thread.
    /// - Throws: ``HTTPServerError`` when that is not possible.
    package init(
        host: String,
        port: Int,
        bodyLimit: Int = 20 * 1024 * 1024,
        connectionLimit: Int = 100,
        requestLimit: Duration = .seconds(60),
        onRefusal: @escaping @Sendable (HTTPRefusal) -> Void = { _ in }
    ) async throws(HTTPServerError) {
        let (exchanges, continuation) = AsyncStream<Exchange>.makeStream()
        let connections = Connections(limit: connectionLimit, onRefusal: onRefusal)
        let bootstrap = ServerBootstrap(group: Self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Who has asked and says that nothing more comes still wants the answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    connections.add(channel)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
                    try pipeline.addHandler(LingeringClose(.seconds(5)))
                    try pipeline.addHandler(RequestDeadline(TimeAmount(requestLimit)))
                    // NIO's handling of errors answers without words, twice to some, and closes nothing.
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
                    try pipeline.addHandler(
                        RequestCollector(
                            bodyLimit: bodyLimit,
                            exchanges: continuation,
                            connections: connections,
                            onRefusal: onRefusal
                        )
                    )
                }
            }
        listeners = try await Self.bind(bootstrap, host: host, port: port)
        self.port = listeners.first?.localAddress?.port ?? port
        self.connections = connections
        self.exchanges = exchanges
    }

    /// Listens on all addresses of `host`.
    ///
    /// Only one of those that a name has would be taken otherwise; of `localhost` that is often `::1`, where nobody who was
    /// told 127.0.0.1 finds it.
    private static func bind(
        _ bootstrap: ServerBootstrap,
        host: String,
        port: Int
    ) async throws(HTTPServerError) -> [any Channel] {
        guard host == "localhost" else {
            return [try await listen(bootstrap, host: host, port: port)]
        }
        let listener = try await listen(bootstrap, host: "127.0.0.1", port: port)
        do throws(HTTPServerError) {
            let port = listener.localAddress?.port ?? port
            return [listener, try await listen(bootstrap, host: "::1", port: port)]
        } catch {
            guard error.isInUse else { return [listener] }
            try? await listener.close()
            throw error
        }
    }

    private static func listen(
        _ bootstrap: ServerBootstrap,
        host: String,
        port: Int
    ) async throws(HTTPServerError) -> any Channel {
        do {
            return try await bootstrap.bind(host: host, port: port).get()
        } catch {
            throw HTTPServerError(host: host, port: port, error: error)
        }
    }

    /// Answers requests by `handler` until the task is cancelled; then stops listening and closes all connections.
    ///
    /// Requests of one connection come one after the other, those of different connections at the same time. When it
    /// returns, no handler is running any more.
    package func run(handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) async {
        await withDiscardingTaskGroup { group in
            for await exchange in exchanges {
                group.addTask { await exchange.answer(handler(exchange.request)) }
            }
        }
        await close()
    }

    /// Stops listening and closes all connections; needed only for a server that does not run.
    package func close() async {
        for listener in listeners {
            // An error says that it is closed already.
            try? await listener.close()
        }
        await connections.close()
    }
}

/// A request and the way to answer it.
struct Exchange: Sendable {
    let request: HTTPRequest
    let answer: @Sendable (HTTPResponse) -> Void
}
