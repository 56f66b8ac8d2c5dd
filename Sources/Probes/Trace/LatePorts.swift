internal import CProbes

/// Fills in the port of the first event of a socket that connects or listens unbound.
///
/// The kernel chooses the port only after that event.
///
/// The port is taken from the next event of the same socket. If there has not been one yet, the socket itself is looked
/// up.
struct LatePorts {
    /// What a lookup says about a socket's port.
    enum Answer: Equatable {
        /// The kernel has chosen this one.
        case port(UInt16)
        /// It has not chosen yet.
        case notYet
        /// The socket no longer exists.
        case gone
    }

    /// Events that wait for the next batch.
    private var waiting: [trace_event] = []
    /// The waiting events' sockets that no longer exist.
    ///
    /// Their last events are already in the ring buffer.
    private var ended: Set<UInt64> = []

    /// Returns the events of `batch` with their ports, preceded by those that waited.
    ///
    /// Some may wait for the next batch.
    ///
    /// - Parameters:
    ///   - batch: The events that were read.
    ///   - isDrained: Whether the ring buffer was empty then.
    ///   - ask: Looks up the socket of an event.
    /// - Returns: The events that are complete, in order.
    mutating func complete(_ batch: [trace_event], isDrained: Bool, ask: (trace_event) -> Answer) -> [trace_event] {
        var events = waiting.isEmpty ? batch : waiting + batch
        let open = Self.tellPorts(&events)
        var unanswered: Set<Int> = []
        var nowEnded: Set<UInt64> = []
        for index in open {
            let socket = events[index].socket
            if index < waiting.count, ended.contains(socket) {
                // Its next event should have arrived. It was lost, and the port with it.
                guard !isDrained else { continue }
                nowEnded.insert(socket)
                unanswered.insert(index)
                continue
            }
            switch ask(events[index]) {
            case .port(let port): events[index].local_port = port
            case .notYet: unanswered.insert(index)
            case .gone:
                nowEnded.insert(socket)
                unanswered.insert(index)
            }
        }
        waiting = unanswered.sorted().map { events[$0] }
        ended = nowEnded
        return unanswered.isEmpty ? events : events.indices.filter { !unanswered.contains($0) }.map { events[$0] }
    }

    /// The events that still wait, unchanged.
    ///
    /// Called when no more events will come.
    mutating func finish() -> [trace_event] {
        defer { (waiting, ended) = ([], []) }
        return waiting
    }

    /// Fills in ports that later events of the same sockets have.
    ///
    /// Returns the indexes of the events that still lack theirs.
    private static func tellPorts(_ events: inout [trace_event]) -> some Sequence<Int> {
        var open: [UInt64: Int] = [:]
        for index in events.indices {
            if isOpen(events[index]) {
                open[events[index].socket] = index
            } else if tellsPort(events[index]), let first = open.removeValue(forKey: events[index].socket) {
                events[first].local_port = events[index].local_port
            }
        }
        return open.values
    }

    /// Whether an event may be the one after an event without a port: the next change, or the end if the next was
    /// filtered.
    private static func tellsPort(_ event: trace_event) -> Bool {
        [TCP_SYN_SENT, TCP_LISTEN].contains { event.old_state == UInt8($0.rawValue) }
            || event.new_state == UInt8(TCP_CLOSE.rawValue)
    }

    /// Whether an event lacks its port.
    private static func isOpen(_ event: trace_event) -> Bool {
        // A listener without a cookie can't be looked up, and its next event may not come for a long time.
        event.local_port == 0 && event.isOpening
            && (event.cookie != 0 || event.new_state == UInt8(TCP_SYN_SENT.rawValue))
    }
}

extension trace_event {
    /// Whether it is the first event of a socket, which may come before the socket has a port.
    var isOpening: Bool { [TCP_SYN_SENT, TCP_LISTEN].contains { new_state == UInt8($0.rawValue) } }
}
