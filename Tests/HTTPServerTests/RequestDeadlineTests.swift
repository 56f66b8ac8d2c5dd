import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServer

/// The time limit of a request, by a clock that the tests control.
@Suite struct RequestDeadlineTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: RequestDeadline(.seconds(60)))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 80)).wait()
        return channel
    }

    private let bytes = ByteBuffer(string: "G")

    @Test func `bytes that trickle in do not prolong it`() throws {
        let channel = try channel()
        for _ in 0..<59 {
            try channel.writeInbound(bytes)
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `an answer ends it, and the next request has its own`() throws {
        let channel = try channel()
        for _ in 0..<3 {
            try channel.writeInbound(bytes)
            channel.embeddedEventLoop.advanceTime(by: .seconds(59))
            try channel.writeOutbound(bytes)
            channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        }
        #expect(channel.isActive)
        try channel.writeInbound(bytes)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }

    @Test func `a connection that has asked nothing is not its concern`() throws {
        let channel = try channel()
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }
}
