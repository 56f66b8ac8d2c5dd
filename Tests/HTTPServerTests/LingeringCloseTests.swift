import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServer

/// The time limit for a client that does not close, by a clock that the tests control.
@Suite struct LingeringCloseTests {
    /// Replaces a socket whose output can be closed separately.
    private final class HalfOpen: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            if mode == .output {
                promise?.succeed()
            } else {
                context.close(mode: mode, promise: promise)
            }
        }
    }

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handlers: [HalfOpen(), LingeringClose(.seconds(5))])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 80)).wait()
        return channel
    }

    @Test func `what comes after the last answer is thrown away, for as long as the limit`() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "a"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "a"))
        try channel.close(mode: .output).wait()
        for _ in 0..<4 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(ByteBuffer(string: "b"))
        }
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `what has not ended is not its concern`() throws {
        let channel = try channel()
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }
}
