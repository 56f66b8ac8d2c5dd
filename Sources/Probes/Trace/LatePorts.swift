internal import CProbes

/// Completes the first event of each socket that connects: the kernel chooses its port only after that change.
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

    /// The events of `batch` with their ports, and before them those that waited; some may wait for the next.
    mutating func complete(_ batch: [trace_event], ask: (trace_event) -> Answer) -> [trace_event] {
        var events = waiting.isEmpty ? batch : waiting + batch
        waiting = []
        // Where the events without a port are, by socket.
        var open: [UInt64: Int] = [:]
        for index in events.indices {
            if Self.isOpen(events[index]) {
                open[events[index].socket] = index
            } else if Self.tellsPort(events[index]), let first = open.removeValue(forKey: events[index].socket) {
                events[first].local_port = events[index].local_port
            }
        }
        var unanswered: Set<Int> = []
        for index in open.values {
            switch ask(events[index]) {
            case .port(let port): events[index].local_port = port
            case .notYet: unanswered.insert(index)
            case .gone: continue
            }
        }
        guard !unanswered.isEmpty else { return events }
        waiting = unanswered.sorted().map { events[$0] }
        return events.indices.filter { !unanswered.contains($0) }.map { events[$0] }
    }

    /// The events that still wait, as they are: nothing comes any more.
    mutating func finish() -> [trace_event] {
        defer { waiting = [] }
        return waiting
    }

    /// Whether an event may be the first after one that lacked its port: the next change, or the end if that was filtered.
    private static func tellsPort(_ event: trace_event) -> Bool {
        event.old_state == UInt8(TCP_SYN_SENT.rawValue) || event.new_state == UInt8(TCP_CLOSE.rawValue)
    }

    /// Whether an event lacks its port.
    static func isOpen(_ event: trace_event) -> Bool {
        event.new_state == UInt8(TCP_SYN_SENT.rawValue) && event.local_port == 0
    }
}
