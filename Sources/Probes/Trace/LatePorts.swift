internal import CProbes

/// Completes the first event of each socket that connects or listens unbound: the kernel chooses its port only after
/// that change.
///
/// The next change of the same socket tells it; where that has not happened yet, the socket itself is asked.
struct LatePorts {
    /// What is known of a socket's port.
    enum Answer: Equatable {
        /// The kernel has chosen this one.
        case port(UInt16)
        /// It has not chosen yet.
        case notYet
        /// The socket is no more.
        case gone
    }

    /// Events that wait for the next batch.
    private var waiting: [trace_event] = []
    /// The sockets of those that are no more: what ended them stands in the ring buffer already.
    private var ended: Set<UInt64> = []

    /// The events of `batch` with their ports, and before them those that waited; some may wait for the next.
    ///
    /// - Parameters:
    ///   - batch: The events that were read.
    ///   - isDrained: Whether the ring buffer was empty then.
    ///   - ask: Asks the socket of an event.
    /// - Returns: What can be told now, in order.
    mutating func complete(_ batch: [trace_event], isDrained: Bool, ask: (trace_event) -> Answer) -> [trace_event] {
        var events = waiting.isEmpty ? batch : waiting + batch
        let open = Self.tellPorts(&events)
        var unanswered: Set<Int> = []
        var nowEnded: Set<UInt64> = []
        for index in open {
            let socket = events[index].socket
            if index < waiting.count, ended.contains(socket) {
                // Its next event should have come; it was lost, and the port with it.
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

    /// The events that still wait, as they are: nothing comes any more.
    mutating func finish() -> [trace_event] {
        defer { (waiting, ended) = ([], []) }
        return waiting
    }

    /// Gives events the ports that later events of the same sockets know; what remains without is at the places returned.
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

    /// Whether an event may be the first after one that lacked its port: the next change, or the end if that was filtered.
    private static func tellsPort(_ event: trace_event) -> Bool {
        [TCP_SYN_SENT, TCP_LISTEN].contains { event.old_state == UInt8($0.rawValue) }
            || event.new_state == UInt8(TCP_CLOSE.rawValue)
    }

    /// Whether an event lacks its port.
    private static func isOpen(_ event: trace_event) -> Bool {
        // A listener without a cookie can't be asked, and may have no next change for long.
        event.local_port == 0 && event.isOpening
            && (event.cookie != 0 || event.new_state == UInt8(TCP_SYN_SENT.rawValue))
    }
}

extension trace_event {
    /// Whether it is the first of a socket's life that may come before the socket has a port.
    var isOpening: Bool { [TCP_SYN_SENT, TCP_LISTEN].contains { new_state == UInt8($0.rawValue) } }
}
