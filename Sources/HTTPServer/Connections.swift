internal import NIOCore
internal import Synchronization

/// The open connections of a server.
///
/// Limits their number, and closes them with the server.
final class Connections: Sendable {
    /// What a connection is waiting for.
    ///
    /// At the limit the first of these gives way first.
    enum Phase: Int {
        /// The client's next request.
        case idle
        /// The rest of a request.
        case receiving
        /// The client to read its response.
        case sending
        /// The response of this process. Such a connection is never closed for another one.
        case answering
    }

    private struct Connection {
        var channel: any Channel
        var phase = Phase.idle
        /// Larger for a phase that began later.
        var turn: Int
        /// The least one gives way first.
        var order: (Int, Int) { (phase.rawValue, turn) }
    }

    private struct State {
        var isClosed = false
        var connections: [ObjectIdentifier: Connection] = [:]
        var turn = 0
        var refusals = RefusalCount()

        mutating func admit(_ channel: any Channel, limit: Int) -> Admission {
            guard !isClosed else { return .refused(nil) }
            var admission = Admission.welcome
            if connections.count >= limit {
                let candidates = connections.filter { $0.value.phase != .answering }
                let first = candidates.min { $0.value.order < $1.value.order }
                guard let (identifier, other) = first else { return .refused(refusals.note(at: .now)) }
                connections[identifier] = nil
                admission = .inPlace(of: other.channel, other.phase == .idle ? nil : refusals.note(at: .now))
            }
            turn += 1
            connections[ObjectIdentifier(channel)] = Connection(channel: channel, turn: turn)
            return admission
        }

        mutating func remove(_ channel: any Channel) {
            connections[ObjectIdentifier(channel)] = nil
        }

        mutating func enter(_ phase: Phase, _ channel: any Channel) {
            turn += 1
            connections[ObjectIdentifier(channel)]?.phase = phase
            connections[ObjectIdentifier(channel)]?.turn = turn
        }
    }

    /// What happens to a new connection.
    private enum Admission {
        case welcome
        /// Another one is closed; the number of those that were closed so far, if it is to be logged.
        case inPlace(of: any Channel, Int?)
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
    /// At the limit one that waits for its client is closed to make room, the longest idle one first. Otherwise clients
    /// that send nothing, or send or read slowly, could lock everyone else out. If none waits for its client, or the
    /// server is closed, `channel` is closed.
    func add(_ channel: any Channel) {
        let admission = state.withLock { state in state.admit(channel, limit: limit) }
        switch admission {
        case .refused(let count):
            report(count, "closed a connection")
            return channel.close(promise: nil)
        case .inPlace(let other, let count):
            report(count, "closed a connection whose client was slow")
            other.close(promise: nil)
        case .welcome:
            break
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { $0.remove(channel) }
        }
    }

    private func report(_ count: Int?, _ action: String) {
        guard let count else { return }
        let times = count == 1 ? "" : " (\(count) so far)"
        onRefusal(.connection("\(action), because all \(limit) that are allowed are busy\(times)"))
    }

    /// Notes what `channel` is waiting for from now on.
    func enter(_ phase: Phase, _ channel: any Channel) {
        state.withLock { $0.enter(phase, channel) }
    }

    /// Closes all connections, and all that are added later.
    func close() async {
        let channels = state.withLock { state in
            state.isClosed = true
            return state.connections.values.map(\.channel)
        }
        for channel in channels {
            // An error means that it is already closed.
            try? await channel.close()
        }
    }
}
