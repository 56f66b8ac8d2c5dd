internal import CProbes
public import Metrics

/// A change of a TCP socket's state, as a program saw it.
public struct StateChange: Sendable {
    /// What is told of a connection at its end.
    public struct End: Hashable, Sendable {
        /// The smoothed round-trip time in nanoseconds; `nil` when none was measured.
        public var roundTripNanoseconds: UInt64?
        /// The segments that were sent again.
        public var retransmits: UInt32
        /// The bytes of data that were sent, each once.
        public var bytesSent: UInt64
        /// The bytes of data that were received.
        public var bytesReceived: UInt64
    }

    /// The process that made the change, where it is known for sure.
    public struct Process: Hashable, Sendable {
        /// Its number in the kernel's own namespace.
        public var identifier: UInt32
        /// The bytes of its name, which may be any but zero.
        public var command: [UInt8]
    }

    let event: trace_event
    /// When it happened, by the wall clock.
    public let time: Timestamp

    init(_ event: trace_event, zeroSinceEpoch: Int64) {
        self.event = event
        time = Timestamp(unixNanoseconds: event.time &+ UInt64(bitPattern: zeroSinceEpoch))
    }

    /// The state that was left.
    public var oldState: ConnectionState { ConnectionState(rawValue: event.old_state) ?? .closed }

    /// The state that was entered.
    public var newState: ConnectionState { ConnectionState(rawValue: event.new_state) ?? .closed }

    /// The protocol that the packets travel by.
    public var type: NetworkType { NetworkType(rawValue: event.type) ?? .ipv4 }

    /// The address of this side.
    public var localAddress: IPAddress { IPAddress(event.local_address, type: type) }

    /// The port of this side; 0 when the kernel had not chosen one before the socket was closed.
    public var localPort: UInt16 { event.local_port }

    /// The address of the other side; all zeros for a listener.
    public var peerAddress: IPAddress { IPAddress(event.peer_address, type: type) }

    /// The port of the other side; 0 for a listener.
    public var peerPort: UInt16 { event.peer_port }

    /// Which end of a connection the socket is; `nil` for a listener.
    public var role: HandshakeRole? { knows(TRACE_ROLE) ? HandshakeRole(rawValue: event.role) : nil }

    /// How many nanoseconds the socket was in the state that it left; `nil` when nobody saw it enter that.
    public var heldNanoseconds: UInt64? { knows(TRACE_HELD) ? event.held : nil }

    /// The number of the interface on which link-local addresses are meant; 0 when neither address is one.
    public var interface: UInt32 { event.interface }

    /// The network namespace of the socket, by inode number.
    public var namespace: UInt32 { event.netns }

    /// The control group of the socket, by inode number; 0 when it is not known.
    public var cgroup: UInt64 { event.cgroup }

    /// What is told of a connection at its end; `nil` before.
    public var end: End? {
        guard knows(TRACE_END) else { return nil }
        return End(
            roundTripNanoseconds: event.srtt == 0 ? nil : UInt64(event.srtt) * 125,
            retransmits: event.retransmits,
            bytesSent: event.sent,
            bytesReceived: event.received
        )
    }

    /// The process that connects or listens; `nil` for every other change, as those may come with a segment or a timer.
    public var process: Process? {
        guard knows(TRACE_PROCESS) else { return nil }
        let words = [event.command.0, event.command.1]
        let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word.littleEndian >> ($0 * 8)) } }
        return Process(identifier: event.process, command: Array(bytes.prefix { $0 != 0 }))
    }

    /// The value of `error.type`: why the connection, or the attempt at one, has failed; `nil` when it has not.
    public var error: String? {
        // SUCCEEDED and NO_OUTCOME have no such value.
        HandshakeOutcome(rawValue: event.failure)?.attributeValue
    }

    private func knows(_ what: trace_known) -> Bool {
        UInt32(event.known) & what.rawValue != 0
    }
}
