import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization

@testable import HTTPServer

extension FuzzTarget {
    private static let bodyLimit = 1024

    /// What a client sends to `sink`, a scrape or a health check: each request that is handled is complete and within
    /// the limits, and gets one response.
    static let httpRequest = FuzzTarget("http-request") { bytes in
        let exchanges = Mutex<[Exchange]>([])
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
        try pipeline.addHandler(
            RequestCollector(
                bodyLimit: bodyLimit,
                connections: Connections(limit: 1) { _ in },
                onRequest: { exchange in exchanges.withLock { $0.append(exchange) } },
                onRefusal: { _ in }
            )
        )
        var rest = bytes[...]
        while !rest.isEmpty, channel.isActive {
            // In pieces, because a network cuts anywhere.
            let size = 1 + Int(rest.first ?? 0) % 64
            _ = try? channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
            while let exchange = exchanges.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                try check(exchange.request)
                exchange.answer(HTTPResponse(status: 200, text: "ok\n"))
                channel.embeddedEventLoop.run()
            }
        }
        while let written = try channel.readOutbound(as: ByteBuffer.self) {
            try expect(written.readableBytes < 4096, "a response is small")
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    private static func check(_ request: HTTPRequest) throws {
        try expect(request.body.count <= bodyLimit, "a body of \(request.body.count) bytes is handled")
        try expect(!request.path.contains("?"), "\(request.path) is a path without a query")
    }
}
