internal import NIOCore
internal import Synchronization

/// The open connections of a server, to close them with it, and to have no more of them than it can bear.
final class Connections: Sendable {
    private struct State {
        var isClosed = false
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Those on which no request is in progress, the one that has been idle longest first.
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

    /// What becomes of a new connection.
    private enum Admission {
        case welcome
        case inPlace(of: any Channel)
        /// With the number of those that were refused, if that is to be told.
        case refused(Int?)
    }

    private let limit: Int
    private let onRefusal: @Sendable (HTTPRefusal) -> Void
    private let state = Mutex(State())

    /// Creates a list of at most `limit` connections; `onRefusal` is told of one more.
    init(limit: Int, onRefusal: @escaping @Sendable (HTTPRefusal) -> Void) {
        self.limit = limit
        self.onRefusal = onRefusal
    }

    /// Remembers `channel` until it closes.
    ///
    /// If there are too many, the one that has been idle longest goes for it: else whoever opens connections and asks nothing
    /// would keep out all others. If none is idle, or the server is closed, `channel` is closed.
    func add(_ channel: any Channel) {
        let admission = state.withLock { state in state.admit(channel, limit: limit) }
        switch admission {
        case .refused(let count):
            if let count {
                let times = count == 1 ? "" : " (\(count) so far)"
                onRefusal(.connection("closed a connection, as all \(limit) that may be open are busy\(times)"))
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

    /// Notes that all requests on `channel` are answered.
    func end(_ channel: any Channel) {
        state.withLock { state in
            guard state.channels[ObjectIdentifier(channel)] != nil else { return }
            state.idle.append(ObjectIdentifier(channel))
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
