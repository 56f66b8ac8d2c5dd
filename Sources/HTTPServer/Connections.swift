internal import NIOCore
internal import Synchronization

/// The open connections of a server, to close them with it.
final class Connections: Sendable {
    private struct State {
        var isClosed = false
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private let state = Mutex(State())

    /// Remembers `channel` until it closes; closes it if the server is closed.
    func add(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            if !state.isClosed {
                state.channels[ObjectIdentifier(channel)] = channel
            }
            return state.isClosed
        }
        guard !isClosed else {
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
