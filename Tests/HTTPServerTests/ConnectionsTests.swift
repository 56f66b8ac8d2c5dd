import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import HTTPServer

/// Which connection gives way at the limit.
@Suite struct ConnectionsTests {
    /// What is said of connections that are refused.
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock(\.self) }
        func note(_ refusal: HTTPRefusal) { lines.withLock { $0.append("\(refusal)") } }
    }

    /// A connection that is open.
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test(arguments: [Connections.Phase.receiving, .sending])
    func `one whose client is slow to send or to read gives way, the slowest first, which is said once`(
        phase: Connections.Phase
    ) throws {
        let log = Log()
        let connections = Connections(limit: 3, onRefusal: log.note)
        let channels = try (0..<6).map { _ in try channel() }
        for channel in channels[..<3] { connections.add(channel) }
        connections.enter(.answering, channels[0])
        connections.enter(phase, channels[2])
        connections.enter(phase, channels[1])
        connections.add(channels[3])
        #expect(channels.map(\.isActive) == [true, true, false, true, true, true])
        connections.enter(.answering, channels[3])
        connections.add(channels[4])
        #expect(channels.map(\.isActive) == [true, false, false, true, true, true])
        #expect(log.all == ["closed a connection whose client was slow, because all 3 that are allowed are busy"])
        connections.enter(.answering, channels[4])
        connections.add(channels[5])
        #expect(channels.map(\.isActive) == [true, false, false, true, true, false], "all others are being answered")
    }

    @Test func `an idle one gives way before a slow one, and one that sends before one that reads`() throws {
        let log = Log()
        let connections = Connections(limit: 3, onRefusal: log.note)
        let channels = try (0..<5).map { _ in try channel() }
        for channel in channels[..<3] { connections.add(channel) }
        connections.enter(.sending, channels[0])
        connections.enter(.receiving, channels[1])
        connections.add(channels[3])
        #expect(channels.map(\.isActive) == [true, true, false, true, true])
        #expect(log.all.isEmpty, "idle clients lose nothing")
        connections.enter(.answering, channels[3])
        connections.add(channels[4])
        #expect(channels.map(\.isActive) == [true, false, false, true, true])
    }
}
