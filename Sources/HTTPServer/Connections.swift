internal import NIOCore
internal import Synchronization

/// The open connections of a server, to close them with it, and to have no more of them than it can bear.
final class Connections: Sendable {
    private struct State {
        var isClosed = false
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private let limit: Int
    private let onRefusal: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// Creates a list of at most `limit` connections; `onRefusal` is told of one more.
    init(limit: Int, onRefusal: @escaping @Sendable (String) -> Void) {
        self.limit = limit
        self.onRefusal = onRefusal
    }

    /// Remembers `channel` until it closes; closes it if the server is closed or has too many.
    func add(_ channel: any Channel) {
        let isWelcome = state.withLock { state in
            guard !state.isClosed, state.channels.count < limit else { return false }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
        guard isWelcome else {
            onRefusal("closed a connection, as \(limit) are open")
            channel.close(promise: nil)
            return
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { $0.channels[ObjectIdentifier(channel)] = nil }
        }
    }

    /// Closes all connections, and those that are still to come.
    func close() async {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels {
            // An error says that it is closed already.
            try? await channel.close()
        }
    }
}
