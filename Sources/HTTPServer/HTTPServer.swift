internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A small HTTP/1.1 server for `sink`, health checks and scrapes.
///
/// It keeps connections alive, accepts requests with a body up to a limit, and closes connections that are idle for a
/// minute or whose request takes too long to arrive and to be answered. All servers of the process share one event-loop
/// thread.
package struct HTTPServer: Sendable {
    /// The port it listens on, even if 0 was requested.
    package let port: Int

    private let listeners: [any Channel]
    private let connections: Connections
    private let exchanges: AsyncStream<Exchange>

    /// Lives as long as the process, like NIO's default group, which would have one thread for each core.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Starts to listen; requests wait until ``run(handler:)`` is called.
    ///
    /// - Parameters:
    ///   - host: A name or an address, IPv4 or IPv6 without brackets; `localhost` is both loopback addresses.
    ///   - port: The port; 0 is any free port.
    ///   - bodyLimit: The greatest size of a request's body in bytes; larger ones are answered with 413.
    ///   - connectionLimit: The greatest number of connections. Beyond it, the longest-idle connection is closed, or
    ///     one whose client is slow to send its request or to read the response, or else the new one.
    ///   - requestLimit: The longest time from the first byte of a request to the beginning of its response.
    ///   - sharesPort: Whether to take a port that another server of this process shares (``sharePort(_:)``).
    ///   - onRefusal: Called for everything that is refused before the handler sees it; from any thread.
    /// - Throws: ``HTTPServerError`` if it can't listen.
    package init(
        host: String,
        port: Int,
        bodyLimit: Int = 20 * 1024 * 1024,
        connectionLimit: Int = 100,
        requestLimit: Duration = .seconds(60),
        sharesPort: Bool = false,
        onRefusal: @escaping @Sendable (HTTPRefusal) -> Void = { _ in }
    ) async throws(HTTPServerError) {
        let (exchanges, continuation) = AsyncStream<Exchange>.makeStream()
        let connections = Connections(limit: connectionLimit, onRefusal: onRefusal)
        let bootstrap = ServerBootstrap(group: Self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.socketOption(.reusePort), value: sharesPort ? 1 : 0)
            // A client that has closed its output after a request still wants the response.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    connections.add(channel)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
                    try pipeline.addHandler(LingeringClose(.seconds(5)))
                    try pipeline.addHandler(RequestDeadline(TimeAmount(requestLimit)))
                    // NIO's error handler sends an empty response, sometimes twice, and closes nothing.
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
                    try pipeline.addHandler(
                        RequestCollector(
                            bodyLimit: bodyLimit,
                            connections: connections,
                            onRequest: { continuation.yield($0) },
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
    /// Bootstrapping with a name would take only one of its addresses. For `localhost` that is often `::1`, where
    /// clients that connect to 127.0.0.1 do not find the server.
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

    /// Answers requests with `handler` until the task is cancelled; then stops listening and closes all connections.
    ///
    /// Requests of one connection are handled one after the other, those of different connections concurrently. When
    /// this returns, no handler is running.
    package func run(handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) async {
        await withDiscardingTaskGroup { group in
            for await exchange in exchanges {
                group.addTask { await exchange.answer(handler(exchange.request)) }
            }
        }
        await close()
    }

    /// Lets another server of this process listen on the same port, or no longer.
    ///
    /// This hands a port over without a moment in which nobody listens: the new server listens beside this one, which
    /// then ends.
    package func sharePort(_ isShared: Bool) async {
        for listener in listeners {
            // An error says that it is closed already.
            try? await listener.setOption(.socketOption(.reusePort), value: isShared ? 1 : 0).get()
        }
    }

    /// Stops listening and closes all connections; only needed for a server that does not run.
    package func close() async {
        for listener in listeners {
            // An error says that it is closed already.
            try? await listener.close()
        }
        await connections.close()
    }
}

/// A request, and a function that sends the response.
struct Exchange: Sendable {
    let request: HTTPRequest
    let answer: @Sendable (HTTPResponse) -> Void
}

extension NIOBSDSocket.Option {
    /// Lets several sockets of one user listen on one port (`SO_REUSEPORT`).
    fileprivate static var reusePort: NIOBSDSocket.Option { NIOBSDSocket.Option(rawValue: SO_REUSEPORT) }
}
