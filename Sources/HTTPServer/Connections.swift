internal import NIOCore
internal import Synchronization

/// The open connections of a server.
///
/// Limits their number, and closes them with the server.
final class Connections: Sendable {
    private struct State {
        var isClosed = false
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Connections without a request in progress, the longest idle first.
        var idle: [ObjectIdentifier] = []
        var refusals = RefusalCount()

        mutating func admit(_ channel: any Channel, limit: Int) -> Admission {
            guard !isClosed else { return .refused(nil) }
            var other: (any Channel)?
            if channels.count >= limit {
                guard let longest = idle.first else { return .refused(refusals.note(at: .now)) }
                other = channels[longest]
                remove(longest)
            }
            channels[ObjectIdentifier(channel)] = channel
            idle.append(ObjectIdentifier(channel))
            return other.map { .inPlace(of: $0) } ?? .welcome
        }

        mutating func remove(_ identifier: ObjectIdentifier) {
            channels[identifier] = nil
            idle.removeAll { $0 == identifier }
        }
    }

    /// What happens to a new connection.
    private enum Admission {
        case welcome
        case inPlace(of: any Channel)
        /// The number of refused connections so far, if it is to be logged.
        case refused(Int?)
    }

    private let limit: Int
    private let onRefusal: @Sendable (HTTPRefusal) -> Void
    private let state = Mutex(State())

    /// Creates an empty list for at most `limit` connections; `onRefusal` is called for those that are refused.
    init(limit: Int, onRefusal: @escaping @Sendable (HTTPRefusal) -> Void) {
        self.limit = limit
        self.onRefusal = onRefusal
    }

    /// Adds `channel` until it closes.
    ///
    /// At the limit the longest-idle connection is closed to make room; otherwise a client that opens connections and
    /// sends nothing could lock everyone else out. If no connection is idle, or the server is closed, `channel` is
    /// closed.
    func add(_ channel: any Channel) {
        let admission = state.withLock { state in state.admit(channel, limit: limit) }
        switch admission {
        case .refused(let count):
            if let count {
                let times = count == 1 ? "" : " (\(count) so far)"
                onRefusal(.connection("closed a connection, because all \(limit) that are allowed are busy\(times)"))
            }
            return channel.close(promise: nil)
        case .inPlace(let other):
            other.close(promise: nil)
        case .welcome:
            break
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { $0.remove(ObjectIdentifier(channel)) }
        }
    }

    /// Notes that a request on `channel` has begun.
    func begin(_ channel: any Channel) {
        state.withLock { state in
            state.idle.removeAll { $0 == ObjectIdentifier(channel) }
        }
    }

    /// Notes that all requests on `channel` were answered.
    func end(_ channel: any Channel) {
        state.withLock { state in
            guard state.channels[ObjectIdentifier(channel)] != nil else { return }
            state.idle.append(ObjectIdentifier(channel))
        }
    }

    /// Closes all connections, and all that are added later.
    func close() async {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels {
            // An error means that it is already closed.
            try? await channel.close()
        }
    }
}
